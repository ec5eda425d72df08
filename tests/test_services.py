"""The kinds of services: what is known of each, and what is worked out of it."""

from support import PROJECTS

from extensions.project import Findings
from extensions.questions import defaults
from extensions.services import connections


def test_connections_are_worked_out_once(monkeypatch):
    findings = defaults.findings_for(PROJECTS / "celery_postgres/project")
    runs = []
    work_out = connections._connections
    monkeypatch.setattr(connections, "_connections", lambda found: runs.append(found) or work_out(found))
    found = defaults.from_findings(findings, PROJECTS / "celery_postgres/project")
    assert found["services"].value and found["workers"].value
    assert runs == [findings]
    findings.add("celery_broker", {"value": "", "variable": ""})
    assert connections.connections(findings) and len(runs) == 2, "what is added later counts"
    assert connections.connections(Findings()).services == {} and len(runs) == 3
