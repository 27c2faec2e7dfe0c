"""Calls without a telephone: scripted ones carried whole in memory, recorded ones run again."""
