"""Answering by itself: the rules, words, signs and steps behind `assistant.bot`."""
