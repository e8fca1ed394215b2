"""A real Prometheus that scrapes the services under the shortened rules, and what it says is firing."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import httpx
import yaml  # type: ignore[import-untyped]

from dev.local.processes import Child, NotReady, free_port, start_child, wait_until

_MISSING = (
    "Prometheus is not here. On Debian or Ubuntu: "
    "apt-get install -y --no-install-recommends prometheus"
)


class Prometheus:
    """One process; its data are in `folder`."""

    def __init__(self, folder: Path, targets: Mapping[str, str], rules: str) -> None:
        """`targets` are host:port by service."""
        binary = shutil.which("prometheus")
        if binary is None:
            raise NotReady(_MISSING)
        self._binary = binary
        self._folder = folder
        self._targets = targets
        self._rules = rules
        self._port = free_port()
        self._child: Child | None = None
        self._http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", timeout=5.0)

    async def start(self) -> None:
        """Start it and wait until it answers. Raises NotReady with the end of its log."""
        self._folder.mkdir(parents=True)
        (self._folder / "obverse.rules.yml").write_text(self._rules, encoding="utf-8")
        configuration = self._folder / "prometheus.yml"
        configuration.write_text(yaml.safe_dump(self._configuration()), encoding="utf-8")
        self._child = await start_child(
            "prometheus",
            [
                self._binary,
                f"--config.file={configuration}",
                f"--storage.tsdb.path={self._folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{self._port}",
                "--log.level=warn",
            ],
            log=self._folder / "prometheus.log",
        )
        await wait_until(self._answers, what="Prometheus answers", within=30, child=self._child)
        what = "Prometheus has scraped every service"
        await wait_until(self._has_seen_all, what=what, within=30, child=self._child)

    async def stop(self) -> None:
        """End it."""
        await self._http.aclose()
        if self._child is not None:
            await self._child.stop()

    async def firing(self) -> set[str]:
        """The names of the alerts that fire now."""
        answer = (await self._http.get("/api/v1/alerts")).json()
        return {
            a["labels"]["alertname"] for a in answer["data"]["alerts"] if a["state"] == "firing"
        }

    async def _has_seen_all(self) -> bool:
        twice = {"query": "count(count_over_time(obverse_ready[1m]) >= 2)"}
        answer = (await self._http.get("/api/v1/query", params=twice)).json()
        result = answer["data"]["result"]
        return bool(result) and float(result[0]["value"][1]) == len(self._targets)

    async def _answers(self) -> bool:
        try:
            return (await self._http.get("/-/ready")).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _configuration(self) -> dict[str, object]:
        targets = [
            {"targets": [place], "labels": {"service": name}}
            for name, place in self._targets.items()
        ]
        return {
            "global": {
                "scrape_interval": "1s",
                "scrape_timeout": "1s",
                "evaluation_interval": "1s",
            },
            "rule_files": ["obverse.rules.yml"],
            "scrape_configs": [{"job_name": "obverse", "static_configs": targets}],
        }
