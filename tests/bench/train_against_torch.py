"""A step of training, ours and PyTorch's, in turn and in random order within one run:

    python3 tests/bench/train_against_torch.py build/release/brigade mlp --rounds 9

$BRIGADE_PYTHON is the Python whose PyTorch is asked (default: the one that runs this). One step of ours is
verified against sequential C before anything is timed, but for a model without a known error bound: `brigade
train` compares its steps as it goes. A ratio is that of two times of the same round.
"""
import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys

BATCHES = {"mlp": 128, "cnn": 64, "resnet-mini": 128}
BOUNDED = ("mlp", "cnn")  # models whose steps have a known error bound
WAYS = ("as-it-comes", "one-thread", "channels-last", "fused-sgd", "fused-one-thread", "compiled",
        "compiled-last", "compiled-one")
ENVIRONMENTS = {"": {}, ", passive OpenMP": {"OMP_WAIT_POLICY": "PASSIVE"}}
OURS = "brigade"


class Torch:
    """A Python that trains when asked to."""

    def __init__(self, environment):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_step.py")
        python = os.environ.get("BRIGADE_PYTHON", sys.executable)
        self.process = subprocess.Popen([python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True,
                                        env={**os.environ, **environment})
        ready = self.process.stdout.readline().split()
        if len(ready) != 2:
            sys.exit(f"{python} cannot import torch; name one that can in BRIGADE_PYTHON")
        self.version = ready[1]

    def time(self, model, way, steps):
        """Milliseconds of a step, or why there are none."""
        self.process.stdin.write(f"{model} {BATCHES[model]} {way} {steps}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip() or "no Python ended"
        return answer[3:] if answer.startswith("no ") else float(answer)


def brigade(program, model, steps, *options):
    command = [program, "run", "train", f"model={model}", f"batch={BATCHES[model]}", f"steps={steps}",
               "--baselines", "none", "--json", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def time_ours(program, model, steps):
    """The whole job: to the device, the steps, and back."""
    done = brigade(program, model, steps, "--verify", "none", "--repeats", "2")
    return done["results"][0]["time_ms"]["total"] / steps


def gather(arguments, torches):
    """Times by name, a list of one per round."""
    runs = {OURS: lambda: time_ours(arguments.program, arguments.model, arguments.steps)}
    for suffix, torch in torches.items():
        for way in arguments.ways:
            first = torch.time(arguments.model, way, 3)
            if isinstance(first, str):
                print(f"left out: {way}{suffix}: {first}")
                continue
            runs[way + suffix] = lambda t=torch, w=way: t.time(arguments.model, w, arguments.steps)
    times = {name: [] for name in runs}
    for _ in range(arguments.rounds):
        for name in random.sample(list(runs), len(runs)):
            times[name].append(runs[name]())
    return times


def show(times, batch):
    print(f"{'':34}{'ms/step':>9}{'min':>8}{'max':>8}{'images/s':>10}{'time/ours':>11}  min .. max")
    for name, mine in sorted(times.items(), key=lambda row: statistics.median(row[1])):
        middle = statistics.median(mine)
        ratios = sorted(a / b for a, b in zip(mine, times[OURS]))
        print(f"{name:34}{middle:9.3f}{min(mine):8.3f}{max(mine):8.3f}{1000 * batch / middle:10.0f}"
              f"{statistics.median(ratios):11.2f}  {ratios[0]:.2f} .. {ratios[-1]:.2f}")


def main():
    parser = argparse.ArgumentParser(description="time a step of training, ours and PyTorch's")
    parser.add_argument("program")
    parser.add_argument("model", choices=sorted(BATCHES))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=50, help="in a round of one side")
    parser.add_argument("--ways", type=lambda text: text.split(","), default=WAYS,
                        help="of PyTorch: " + ",".join(WAYS))
    arguments = parser.parse_args()
    bounded = arguments.model in BOUNDED
    first = brigade(arguments.program, arguments.model, 1, "--repeats", "1",
                    *([] if bounded else ["--verify", "none"]))
    torches = {suffix: Torch(more) for suffix, more in ENVIRONMENTS.items()}
    times = gather(arguments, torches)
    batch = BATCHES[arguments.model]
    print(f"{arguments.model}, {batch} images a step, SGD with momentum; brigade "
          f"{first['host']['brigade']} on {first['device']['name']}, "
          f"{'verified' if bounded else 'not verified here'}; PyTorch "
          f"{torches[''].version}; {os.cpu_count()} cores, {platform.system()} {platform.release()}")
    print(f"medians of {arguments.rounds} rounds of {arguments.steps} steps, in random order")
    show(times, batch)


main()
