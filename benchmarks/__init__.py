"""Measurements of this code on this machine; nothing here is a test."""
