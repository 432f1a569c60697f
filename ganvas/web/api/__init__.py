"""The routes, one module a noun. They know shapes and parts; what they answer is worked out below them."""
