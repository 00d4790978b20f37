"""What EPCIS calls things, and what a question in its words asks for."""
