"""Measuring: data sets, metrics and the runs that give the figures in the README."""
