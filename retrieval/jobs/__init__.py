"""Ingestion in the background: a durable queue in the catalog, and what works it off."""

from retrieval.jobs.queue import Job, JobItem, JobQueue, JobState
from retrieval.jobs.worker import Worker

__all__ = ["Job", "JobItem", "JobQueue", "JobState", "Worker"]
