from stand_in import application as app

__all__ = ["app"]
