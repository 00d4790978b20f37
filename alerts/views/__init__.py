"""Pages of alerts. A GET changes nothing: mail scanners follow links."""
