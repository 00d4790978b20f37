"""What every dossier is made of, whatever it is about: a PDF, files, proofs, and the program that checks them."""
