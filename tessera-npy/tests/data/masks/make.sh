#!/usr/bin/env bash
# Writes the landmasks in this folder with GDAL (3.6 or newer): ./make.sh
#
# 40 rows × 30 columns at the corner of grid_-99.95_80.05. Pixel (row, col) is (7 row + 3 col) mod 5, where 0 is water.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.tiff
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

grid() { # name, awk expression of v: a text raster
    {
        printf 'ncols 30\nnrows 40\nxllcorner 480610\nyllcorner 8892520\ncellsize 10\n'
        awk "BEGIN { for (r = 0; r < 40; r++) { for (c = 0; c < 30; c++) { v = (7 * r + 3 * c) % 5; printf \"%d \", $2 } print \"\" } }"
    } > "$work/$1.asc"
}
make() { # name, source, options…
    local name=$1 source=$2
    shift 2
    gdal_translate -q -a_srs EPSG:32614 "$@" "$work/$source.asc" "$name.tiff"
}
grid mask v
grid wide 'v * 256'
grid signed '-v'
grid bytes '(v ? 256 - v : 0)'
grid half '(r < 16 ? 0 : v)'

make strips mask -ot Byte -co BLOCKYSIZE=7
make one_strip mask -ot Byte -co BLOCKYSIZE=40
make lzw mask -ot Byte -co COMPRESS=LZW -co PREDICTOR=2
make deflate_tiles mask -ot Byte -co COMPRESS=DEFLATE -co TILED=YES -co BLOCKXSIZE=16 -co BLOCKYSIZE=16
make packbits mask -ot Byte -co COMPRESS=PACKBITS
make uint16_big_endian wide -ot UInt16 -co COMPRESS=LZW -co PREDICTOR=2 -co ENDIANNESS=BIG
make int8 bytes -ot Byte -co PIXELTYPE=SIGNEDBYTE -co COMPRESS=DEFLATE 2> /dev/null
make int16 signed -ot Int16 -co COMPRESS=DEFLATE -co PREDICTOR=2
make uint32 wide -ot UInt32 -co COMPRESS=LZW
make bigtiff_tiles mask -ot Byte -co BIGTIFF=YES -co TILED=YES -co BLOCKXSIZE=32 -co BLOCKYSIZE=16
make white_is_zero mask -ot Byte -co PHOTOMETRIC=MINISWHITE -co COMPRESS=LZW

# What is refused.
make float32 mask -ot Float32
make bit mask -ot Byte -co NBITS=1
make two_bands mask -ot Byte -b 1 -b 1
make lzma mask -ot Byte -co COMPRESS=LZMA
make sparse half -ot Byte -co COMPRESS=LZW -co SPARSE_OK=TRUE -co TILED=YES -co BLOCKXSIZE=16 -co BLOCKYSIZE=16
