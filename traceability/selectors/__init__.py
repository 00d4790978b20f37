"""Reading lots: traces, findings, exposure, and what the page of a lot shows."""
