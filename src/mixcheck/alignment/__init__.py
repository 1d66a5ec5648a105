"""How recordings that should belong together lie to one another: lags, gains, residuals."""
