from __future__ import annotations

import inspect

import retrieval
from retrieval import errors, models


def test_the_package_exports_just_its_public_names() -> None:
    assert len(retrieval.__all__) == len(set(retrieval.__all__))
    public = {
        name
        for module in (models, errors)
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__.startswith(module.__name__) and not name.startswith("_")
    }
    assert public | {"Archive", "Parent", "QUAD_CLASS", "AnswerValue", "AskStage"} == set(retrieval.__all__)


def test_every_error_has_one_root() -> None:
    raised = [value for value in vars(errors).values() if inspect.isclass(value)]
    assert all(issubclass(error, errors.RetrievalError) for error in raised)
    assert all(error.__name__ in (errors.__doc__ or "") for error in raised)
