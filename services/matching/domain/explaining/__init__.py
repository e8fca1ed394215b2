"""Why a pair, why not another one, and what would help who is left: facts, without words."""
