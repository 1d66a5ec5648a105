"""Signal processing that knows no meter: filters, interpolation, spectra, decimation."""
