import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

PROGRAM = str(Path(sys.executable).with_name("threadline"))
pytestmark = pytest.mark.timeout(240)
Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def begin(folder: Path) -> Iterator[Begin]:
    """Start the real program; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> "subprocess.Popen[str]":
        running.append(
            subprocess.Popen(
                [PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=os.environ
            )
        )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Threadline answers at http://127.0.0.1:"), process.communicate()[1]
    return line.split()[-1]


def stopped(process: "subprocess.Popen[str]", number: signal.Signals, code: int) -> None:
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Stopped." in err
    assert "Traceback" not in err


def test_serve_tells_its_address_when_it_answers_and_stops_on_ctrl_c(begin: Begin) -> None:
    process = begin("serve", "--port", "0")
    url = address(process)
    assert httpx.get(f"{url}/health", timeout=20, trust_env=False).status_code == 200
    stopped(process, signal.SIGINT, 130)


def test_a_taken_port_is_told_before_anything_is_opened(run, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.exit_code == 3
    assert f"error: Port {port} is in use." in done.stderr
    assert "--port" in done.stderr
    assert not (folder / ".threadline").exists()


def test_an_address_of_another_machine(run) -> None:
    done = run("serve", "--host", "192.0.2.1", "--port", "0")
    assert done.exit_code == 3
    assert "is not an address of this machine" in done.stderr


def test_demo_from_nothing_to_a_login_and_again(begin: Begin, execute) -> None:
    process = begin("demo", "--port", "0")
    url = address(process)
    assert process.stdout is not None
    said = ""
    while "#identity=" not in said:
        said += process.stdout.readline()
    assert "sara.holm@tarnfell.example" in said
    body = {"email": "sara.holm@tarnfell.example", "password": "tarnfell-demo"}
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        answer = client.post("/login", json=body)
        assert answer.status_code == 200, answer.text
        bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
        waiting = client.get("/api/conversations", params={"waiting": True}, headers=bearer)
        assert len(waiting.json()["conversations"]) >= 30
    assert f"{url}/chat#identity=" in said
    in_use = execute("demo", "--reset", "--no-serve")
    assert in_use.returncode == 1
    assert "The demo is running." in in_use.stderr
    stopped(process, signal.SIGTERM, 0)
    begun = time.monotonic()
    again = begin("demo", "--port", "0")
    assert httpx.get(f"{address(again)}/health", timeout=20, trust_env=False).status_code == 200
    assert time.monotonic() - begun < 60  # 3 s on a quiet machine; ten are promised, there


def test_demo_refuses_other_machines(run) -> None:
    done = run("demo", "--host", "0.0.0.0", "--port", "0")
    assert done.exit_code == 1
    assert "--allow-remote" in done.stderr
