"""Tools the bot may use for a customer: reading is done, changing is only proposed; every use is audited."""
