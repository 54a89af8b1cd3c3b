"""Haystack's own tests of document stores: every class that there is, synchronous and asynchronous.

Overridden is what Haystack leaves to the store: what it does with a duplicate where no policy says it.
"""

from __future__ import annotations

import pytest
from haystack.dataclasses import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DocumentStore, DuplicatePolicy
from haystack.testing import document_store as contract
from haystack.testing import document_store_async as async_contract

from retrieval.integrations.haystack import DatelineDocumentStore


class TestHaystacksContract(
    contract.CountDocumentsByFilterTest,
    contract.CountUniqueMetadataByFilterTest,
    contract.GetMetadataFieldMinMaxTest,
    contract.GetMetadataFieldUniqueValuesTest,
    contract.GetMetadataFieldsInfoTest,
    contract.DocumentStoreBaseExtendedTests,
):
    @pytest.fixture
    def document_store(self, document_store: DatelineDocumentStore) -> DocumentStore:
        return document_store

    def test_write_documents(self, document_store: DocumentStore) -> None:
        document = Document(content="test doc")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document], DuplicatePolicy.NONE)
        self.assert_documents_are_equal(document_store.filter_documents(), [document])


class TestHaystacksAsynchronousContract(
    async_contract.CountDocumentsAsyncTest,
    async_contract.CountDocumentsByFilterAsyncTest,
    async_contract.CountUniqueMetadataByFilterAsyncTest,
    async_contract.DeleteAllAsyncTest,
    async_contract.DeleteByFilterAsyncTest,
    async_contract.DeleteDocumentsAsyncTest,
    async_contract.FilterDocumentsAsyncTest,
    async_contract.GetMetadataFieldMinMaxAsyncTest,
    async_contract.GetMetadataFieldUniqueValuesAsyncTest,
    async_contract.GetMetadataFieldsInfoAsyncTest,
    async_contract.UpdateByFilterAsyncTest,
    async_contract.WriteDocumentsAsyncTest,
):
    @pytest.fixture
    def document_store(self, document_store: DatelineDocumentStore) -> DatelineDocumentStore:
        return document_store

    async def test_write_documents_async(self, document_store: async_contract.AsyncDocumentStore) -> None:
        document = Document(content="test doc")
        assert await document_store.write_documents_async([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            await document_store.write_documents_async([document], DuplicatePolicy.NONE)
        self.assert_documents_are_equal(await document_store.filter_documents_async(), [document])


def test_no_class_of_haystacks_is_left_out() -> None:
    for module, tested in ((contract, TestHaystacksContract), (async_contract, TestHaystacksAsynchronousContract)):
        classes = [
            member
            for name, member in vars(module).items()
            if isinstance(member, type) and member.__module__ == module.__name__ and name.endswith(("Test", "Tests"))
        ]
        assert classes
        assert [member.__name__ for member in classes if not issubclass(tested, member)] == []
