"""The REST bindings of GS1 EPCIS 2.0 (ISO/IEC 19987), below /epcis/v2/. What they answer is in docs/epcis.md."""
