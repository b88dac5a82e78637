"""The shopper: a browser that takes the way to each e-service as a citizen would, up to the last step, and provably submits nothing."""
