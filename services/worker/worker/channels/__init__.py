"""The roads to WhatsApp."""
