"""How the financing forecaster is made: data, training, calibration, evaluation, export."""
