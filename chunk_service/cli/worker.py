"""`chunk-service worker`: what happens later, in a process of its own."""

from chunk_service.cli.endings import end, settings_checked
from chunk_service.cli.logs import start_logs
from chunk_service.cli.metrics_ports import metrics_fault
from chunk_service.cli.otel_variables import hand_on_otel_variables
from chunk_service.cli.preflight import worker_fault
from chunk_service.settings.loading import load_settings


def worker() -> None:
    """Run the background work: events to the main service, jobs, clean-up.

    Any number may run. Reads the same settings as `serve`, and relays what waits in the spool at
    LOCAL_TEMP_CHUNK_PATH, if it has that folder. SIGTERM stops gracefully.
    """
    with settings_checked():
        settings = load_settings()
    start_logs(settings)
    hand_on_otel_variables()
    fault = metrics_fault(settings, processes=1) or worker_fault(settings)
    if fault is not None:
        end(f"The worker can't start: {fault}")
    import uvloop

    from chunk_service.wiring.processes import run_worker

    uvloop.run(run_worker(settings))
