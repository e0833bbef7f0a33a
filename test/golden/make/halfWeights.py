"""Weights as the golden cases store them."""


def half(module):
    """Rounds weights and statistics to half precision; gives the module, computing in float32, and what is stored."""
    state = {key: value.half().contiguous() for key, value in module.state_dict().items() if value.is_floating_point()}
    module.load_state_dict({key: value.float() for key, value in state.items()}, strict=False)
    return module.eval(), state
