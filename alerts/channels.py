"""Ways a message leaves: a file for each message where no mail server is set, else Django's SMTP."""
