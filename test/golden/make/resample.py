"""Reference values for models/math/resample.ts: Pillow's resize of a float picture. Run: python resample.py > ../data/resample/cases.json"""

import json

from PIL import Image

SOURCE = [[((x * 37 + y * 91) % 64) / 8 - 3 for x in range(7)] for y in range(5)]
KERNELS = {"area": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}

picture = Image.new("F", (7, 5))
picture.putdata([value for row in SOURCE for value in row])
cases = []
for kernel, method in KERNELS.items():
    for size in [(3, 4), (11, 9), (7, 2), (14, 10)]:
        if kernel == "area" and (size[0] > 7 and size[0] % 7 or size[1] > 5 and size[1] % 5):
            continue
        result = picture.resize(size, method)
        cases.append({"kernel": kernel, "width": size[0], "height": size[1], "values": [round(v, 6) for v in result.getdata()]})
print(json.dumps({"width": 7, "height": 5, "source": [v for row in SOURCE for v in row], "cases": cases}))
