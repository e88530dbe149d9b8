"""Writes the NPY files in this folder with numpy, and the headers that it writes for some shapes.

    python make.py

The values follow from the index, so that the tests know them: data[r, c, k] = 8r + 4c + k - 12 and
scales[r, c] = (2r + c + 1) / 64, which every float dtype holds exactly; scales of a channel add k / 64.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
ROWS, COLS, CHANNELS = 3, 2, 4

r, c, k = np.indices((ROWS, COLS, CHANNELS))
DATA = (8 * r + 4 * c + k - 12).astype(np.int8)
SCALES = ((2 * r + c + 1) / 64)[:, :, 0].astype(np.float32)
CHANNEL_SCALES = ((2 * r + c + 1 + k) / 64).astype(np.float32)


def save(name, array, version=(1, 0)):
    with open(HERE / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)


for major in (1, 2, 3):
    save(f"data_v{major}", DATA, (major, 0))
save("data_fortran", np.asfortranarray(DATA))
save("data_uint8", DATA.astype(np.uint8))
save("data_int16_big_endian", DATA.astype(">i2"))
save("data_flat", DATA.reshape(ROWS * COLS, CHANNELS))
save("data_record", np.zeros((ROWS, COLS, CHANNELS), dtype=[("a", "i1"), ("b", "<f4", (2,))]))

save("scales", SCALES)
save("scales_v2", SCALES, (2, 0))
save("scales_v3", SCALES, (3, 0))
save("scales_f8", SCALES.astype("<f8"))
save("scales_f2", SCALES.astype("<f2"))
save("scales_f4_big_endian", SCALES.astype(">f4"))
save("scales_f8_big_endian_fortran", np.asfortranarray(SCALES.astype(">f8")))
save("scales_fortran", np.asfortranarray(SCALES))
save("scales_channel", CHANNEL_SCALES)
save("scales_channel_f8_fortran", np.asfortranarray(CHANNEL_SCALES.astype("<f8")))
save("scales_int", (SCALES * 64).astype("<i4"))
save("scales_transposed", np.ascontiguousarray(SCALES.T))
save("scales_one", SCALES[0, 0])

# float32 scales that begin at an odd byte: numpy pads its headers, other writers need not.
text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n"
(HERE / "scales_unaligned.npy").write_bytes(
    b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + SCALES.astype("<f4").tobytes()
)

# One header after the other, each for a dtype and a shape in the order of `header_text.rs`.
SHAPES = [(1119, 211, 128), (1119, 211), (), (5,), (0, 3), (1, 2, 3, 4, 5, 6, 7), (123456789, 987654321)]
with open(HERE / "headers.bin", "wb") as file:
    for dtype in ("|i1", "<f4"):
        for shape in SHAPES:
            head = {"descr": dtype, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, head)
