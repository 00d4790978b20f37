"""What the register's pages show: plain view models and the functions that build them."""
