"""Steps of training by PyTorch; started and spoken to by train_against_torch.py.

Reads lines such as `mlp 128 channels-last 100` (model, images in a step, way, steps) and answers each with
the milliseconds of a step, or with `no` and a reason. A step is what one is in `brigade run train`: forward,
loss, backward, SGD with momentum. The batches are made beforehand, as floats: of their conversion, which is
in our times, PyTorch is spared.
"""
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
from torch import nn

BATCHES = 10
CORES = torch.get_num_threads()


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(),
                         nn.Linear(256, 10))


def cnn():
    return nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(1568, 10))


def conv(inputs, outputs, side, stride=1):
    """A convolution and the normalisation that follows it."""
    return [nn.Conv2d(inputs, outputs, side, stride, padding=side // 2, bias=False), nn.BatchNorm2d(outputs)]


class Block(nn.Module):
    """Two convolutions, and a way past them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.trunk = nn.Sequential(*conv(inputs, outputs, 3, stride), nn.ReLU(inplace=True),
                                   *conv(outputs, outputs, 3))
        past = conv(inputs, outputs, 1, stride) if stride > 1 else []
        self.past = nn.Sequential(*past)

    def forward(self, images):
        return nn.functional.relu(self.trunk(images) + self.past(images), inplace=True)


def resnet_mini():
    return nn.Sequential(*conv(1, 16, 3), nn.ReLU(inplace=True), Block(16, 16, 1), Block(16, 32, 2),
                         Block(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


MODELS = {"mlp": mlp, "cnn": cnn, "resnet-mini": resnet_mini}
WAYS = {  # threads, memory layout, compiled, fused optimizer
    "as-it-comes": (CORES, torch.contiguous_format, False, False),
    "one-thread": (1, torch.contiguous_format, False, False),
    "channels-last": (CORES, torch.channels_last, False, False),
    "fused-sgd": (CORES, torch.contiguous_format, False, True),
    "fused-one-thread": (1, torch.contiguous_format, False, True),
    "compiled": (CORES, torch.contiguous_format, True, True),
    "compiled-last": (CORES, torch.channels_last, True, True),
    "compiled-one": (1, torch.contiguous_format, True, True),
}


def make_optimizer(model, fused):
    more = {"fused": True} if fused else {}
    return torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, **more)


class Trainer:
    def __init__(self, name, batch, way):
        self.threads, layout, compiled, fused = WAYS[way]
        torch.set_num_threads(self.threads)
        if compiled and not hasattr(torch, "compile"):
            raise RuntimeError("this PyTorch cannot compile")
        self.model = MODELS[name]().to(memory_format=layout)
        self.optimizer = make_optimizer(self.model, fused)
        self.loss = torch.compile(self.compute_loss) if compiled else self.compute_loss
        self.batches = [(torch.rand(batch, 1, 28, 28).mul(2).sub(1).contiguous(memory_format=layout),
                         torch.randint(10, (batch,))) for _ in range(BATCHES)]
        self.run(3)

    def compute_loss(self, images, labels):
        return nn.functional.cross_entropy(self.model(images), labels)

    def run(self, steps):
        torch.set_num_threads(self.threads)
        began = time.perf_counter()
        for step in range(steps):
            self.optimizer.zero_grad(set_to_none=True)
            loss = self.loss(*self.batches[step % BATCHES])
            loss.backward()
            self.optimizer.step()
        seconds = time.perf_counter() - began
        if not torch.isfinite(loss):
            raise RuntimeError("the loss is not finite")
        return 1000 * seconds / steps


def main():
    torch.manual_seed(1)
    trainers = {}
    print(f"ready {torch.__version__}", flush=True)
    for line in sys.stdin:
        model, batch, way, steps = line.split()
        try:
            if (model, way) not in trainers:
                trainers[model, way] = Trainer(model, int(batch), way)
            answer = f"{trainers[model, way].run(int(steps)):.6f}"
        except Exception as error:  # whatever PyTorch has to say, said to the asker
            answer = "no " + (str(error).splitlines() or [type(error).__name__])[0]
        print(answer, flush=True)


main()
