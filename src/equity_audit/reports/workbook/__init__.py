"""The parts of the Excel workbook: what each sheet says, then how it is written."""
