"""PyTorch's side of `brigade bench --against torch`; started and spoken to by peers/torch.c.

Reads one line a task, with a file that holds all tensors, then "run N" until "done". What it times is the
call alone: the result goes into the file afterwards.
"""
import sys
import time

del sys.path[0]  # this folder holds the plug-in, torch.so

import torch
import torch.nn.functional as F

FORWARD, DATA, WEIGHTS = range(3)


def say(text):
    print(text, flush=True)


def numbers(text):
    return [int(number) for number in text.split(",")]


def map_tensors(path, words):
    """x, weights, bias and y, one behind the other; None for one that is not there."""
    shapes = [numbers(word)[1:1 + numbers(word)[0]] for word in words]
    sizes = [torch.Size(shape).numel() if shape else 0 for shape in shapes]
    whole = torch.from_file(path, shared=True, size=sum(sizes), dtype=torch.float32)
    parts = torch.split(whole, sizes)
    return [part.view(shape) if shape else None for part, shape in zip(parts, shapes)]


def convolution(words):
    """The call, and where its result goes."""
    which, threads, path = int(words[0]), int(words[1]), words[2]
    stride, padding, dilation = (numbers(word) for word in words[3:6])
    groups, relu = int(words[6]), int(words[7])
    x, w, bias, y = map_tensors(path, words[8:12])
    torch.set_num_threads(threads)
    if which == DATA:
        return lambda: torch.nn.grad.conv2d_input(
            x.shape, w, y, stride, padding, dilation, groups), x
    if which == WEIGHTS:
        return lambda: torch.nn.grad.conv2d_weight(
            x, w.shape, y, stride, padding, dilation, groups), w
    if relu:
        return lambda: F.relu_(F.conv2d(x, w, bias, stride, padding, dilation, groups)), y
    return lambda: F.conv2d(x, w, bias, stride, padding, dilation, groups), y


def run(call, place, count):
    began = time.perf_counter()
    for _ in range(count):
        result = call()
    seconds = time.perf_counter() - began
    place.copy_(result)
    say(f"{seconds:.9f}")


def main():
    call = place = None
    torch.set_grad_enabled(False)
    say(f"ready {torch.__version__}")
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "run":
                run(call, place, int(words[1]))
            elif words[0] == "conv":
                call, place = convolution(words[1:])
                say("ok")
            else:
                call = place = None
        except (RuntimeError, TypeError, ValueError) as error:
            say("no " + str(error).splitlines()[0])


main()
