"""I3D (Carreira and Zisserman 2017), small, as the published weights name its parts; nothing on PyPI has it."""

import torch
import torch.nn.functional as F


class Unit3D(torch.nn.Module):
    """A convolution padded as TensorFlow pads, its norm and ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=(1, 1, 1)):
        super().__init__()
        self.stride, self.kernel = stride, kernel
        self.conv3d = torch.nn.Conv3d(inputs, outputs, kernel, stride, bias=False)
        self.bn = torch.nn.BatchNorm3d(outputs, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv3d(same(x, self.kernel, self.stride))))


def same(x, kernel, stride):
    pads = []
    for length, size, step in zip(x.shape[2:], kernel, stride, strict=True):
        total = max(size - step, 0) if length % step == 0 else max(size - length % step, 0)
        pads = [total // 2, total - total // 2, *pads]
    return F.pad(x, pads)


class Mixed(torch.nn.Module):
    def __init__(self, inputs, b0, b1a, b1b, b2a, b2b, b3):
        super().__init__()
        one, three = (1, 1, 1), (3, 3, 3)
        self.b0 = Unit3D(inputs, b0, one)
        self.b1a, self.b1b = Unit3D(inputs, b1a, one), Unit3D(b1a, b1b, three)
        self.b2a, self.b2b = Unit3D(inputs, b2a, one), Unit3D(b2a, b2b, three)
        self.b3b = Unit3D(inputs, b3, one)

    def forward(self, x):
        pooled = F.max_pool3d(same(x, (3, 3, 3), (1, 1, 1)), 3, 1)
        return torch.cat([self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(pooled)], 1)


class Head(torch.nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.conv3d = torch.nn.Conv3d(inputs, classes, 1)


class I3d(torch.nn.Module):
    """I3D's Inception form, `narrow` times narrower than published: clips (n, 3, f, h, w) → logits (n, classes)."""

    def __init__(self, classes, narrow):
        super().__init__()

        def n(*widths):
            return [width // narrow for width in widths]

        self.Conv3d_1a_7x7 = Unit3D(3, *n(64), (7, 7, 7), (2, 2, 2))
        self.Conv3d_2b_1x1 = Unit3D(*n(64, 64), (1, 1, 1))
        self.Conv3d_2c_3x3 = Unit3D(*n(64, 192), (3, 3, 3))
        self.Mixed_3b = Mixed(*n(192, 64, 96, 128, 16, 32, 32))
        self.Mixed_3c = Mixed(*n(256, 128, 128, 192, 32, 96, 64))
        self.Mixed_4b = Mixed(*n(480, 192, 96, 208, 16, 48, 64))
        self.Mixed_4c = Mixed(*n(512, 160, 112, 224, 32, 64, 64))
        self.Mixed_4d = Mixed(*n(512, 128, 128, 256, 32, 64, 64))
        self.Mixed_4e = Mixed(*n(512, 112, 144, 288, 32, 64, 64))
        self.Mixed_4f = Mixed(*n(528, 256, 160, 320, 32, 128, 128))
        self.Mixed_5b = Mixed(*n(832, 256, 160, 320, 32, 128, 128))
        self.Mixed_5c = Mixed(*n(832, 384, 192, 384, 48, 128, 128))
        self.logits = Head(*n(1024), classes)

    def forward(self, x):
        x = self.Conv3d_1a_7x7(x)
        x = F.max_pool3d(same(x, (1, 3, 3), (1, 2, 2)), (1, 3, 3), (1, 2, 2))
        x = self.Conv3d_2c_3x3(self.Conv3d_2b_1x1(x))
        x = F.max_pool3d(same(x, (1, 3, 3), (1, 2, 2)), (1, 3, 3), (1, 2, 2))
        x = self.Mixed_3c(self.Mixed_3b(x))
        x = F.max_pool3d(same(x, (3, 3, 3), (2, 2, 2)), (3, 3, 3), (2, 2, 2))
        x = self.Mixed_4f(self.Mixed_4e(self.Mixed_4d(self.Mixed_4c(self.Mixed_4b(x)))))
        x = F.max_pool3d(same(x, (2, 2, 2), (2, 2, 2)), (2, 2, 2), (2, 2, 2))
        x = self.Mixed_5c(self.Mixed_5b(x))
        x = F.avg_pool3d(x, (2, *x.shape[3:]), (1, 1, 1))
        return self.logits.conv3d(x).squeeze(3).squeeze(3).mean(2)
