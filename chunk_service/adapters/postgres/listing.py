"""What a statement says that lists rows by what is true of them, and no look-up by a key says.

The indexes of such lists hold few rows, or none, whenever the planner last counted them, and the
scan of a small index seems cheaper to it than one look into a large one. By their plain condition
they would be taken for finding a single row, and all that lies in them would be read. So each has a
condition more, which holds for every row.
"""

from typing import Final

UPLOADS: Final = "part_size > 0"
CHUNKS: Final = "index >= 0"
PARTS: Final = "number > 0"
