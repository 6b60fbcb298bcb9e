"""``/webhook/review``: what reviewers decide (requirements, 3.2). Who signs the request decides."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import review
from rag import reviewing
from trainingsite.api.base import DOMAIN
from trainingsite.api.review import PREFIX, ReviewView
from trainingsite.api.review_serializers import (
    ApproveBody,
    Approved,
    AutoApproveBody,
    BatchApproveBody,
    BatchRejectBody,
    ClaimEnvelope,
    Decision,
    EditBody,
    HeartbeatAnswer,
    ItemEnvelope,
    RejectBody,
    Rejected,
    ReleaseAnswer,
)


def _decision(name: str, body: Any = Decision) -> Any:
    return extend_schema(
        operation_id=f"revision_{name}", parameters=[DOMAIN], request=body, responses=ItemEnvelope
    )


class DecisionViewSet(ReviewView):
    """One exchange, one decision. 409 when it is not in a state for it, or another has it open."""

    rights = {
        "flag": "conversations.rate_conversation",
        "*": "conversations.review_conversation",
    }

    @_decision("aprobar", ApproveBody)
    def approve(self, request: Request, pk: int) -> Response:
        """Accept the label and the masks."""
        body = self.read(ApproveBody, request.data)
        reviewing.approve(self.row(pk), by=self.actor, notes=body.get("notes") or "")
        return self._shown(pk)

    @_decision("rechazar", RejectBody)
    def reject(self, request: Request, pk: int) -> Response:
        """Throw it out."""
        body = self.read(RejectBody, request.data)
        review.reject(self.row(pk), by=self.actor, reason=body.get("reason") or "")
        return self._shown(pk)

    @_decision("corregir", EditBody)
    def edit(self, request: Request, pk: int) -> Response:
        """Correct the texts or the label; the first original is kept, and the status stays."""
        body = self.read(EditBody, request.data)
        analysis = body.get("new_analysis")
        fields = {name: value for name, value in (analysis or {}).items() if name != "intent"}
        reviewing.edit(
            self.row(pk),
            by=self.actor,
            question=body.get("new_content"),
            answer=body.get("new_bot_response"),
            intent=(analysis or {}).get("intent"),
            fields=fields if analysis is not None else None,
        )
        return self._shown(pk)

    @_decision("reanalizar")
    def reanalyze(self, request: Request, pk: int) -> Response:
        """Label it again; quality control decides with the rest. Earlier labels are kept."""
        review.reanalyse(self.row(pk), by=self.actor)
        return self._shown(pk)

    @_decision("devolver", ApproveBody)
    def send_back(self, request: Request, pk: int) -> Response:
        """Have it reviewed again, whatever was decided."""
        body = self.read(ApproveBody, request.data)
        review.send_back(self.row(pk), by=self.actor, notes=body.get("notes") or "")
        return self._shown(pk)

    @_decision("senalar")
    def flag(self, request: Request, pk: int) -> Response:
        """Say that a personal datum is left in it."""
        review.flag(self.row(pk), by=self.actor)
        return self._shown(pk)

    @_decision("deshacer")
    def undo(self, request: Request, pk: int) -> Response:
        """Take back one's own last decision, if nothing happened to the exchange since."""
        review.undo(self.row(pk), by=self.actor)
        return self._shown(pk)

    def _shown(self, pk: int) -> Response:
        return Response({"success": True, "item": self.item(pk)})


class ClaimViewSet(ReviewView):
    """Which exchange one has open: for five minutes, and as long as one says so."""

    rights = {"*": "conversations.review_conversation"}

    @extend_schema(
        operation_id="revision_tomar_siguiente",
        parameters=[DOMAIN],
        request=None,
        responses=ClaimEnvelope,
    )
    def claim_next(self, request: Request) -> Response:
        """Open the next that waits; ``item`` is null when there is none."""
        row = review.claim_next(self.rows, by=self.actor)
        if row is None:
            return Response({"success": True, "item": None, "claimed_until": None})
        return self._claimed(row.pk)

    @extend_schema(
        operation_id="revision_tomar", parameters=[DOMAIN], request=None, responses=ClaimEnvelope
    )
    def claim(self, request: Request, pk: int) -> Response:
        """Open this one. 409, naming who, while somebody else has it open."""
        return self._claimed(pk)

    @extend_schema(
        operation_id="revision_seguir", parameters=[DOMAIN], request=None, responses=HeartbeatAnswer
    )
    def heartbeat(self, request: Request, pk: int) -> Response:
        """Keep it open for five minutes more. 409 when it is no longer one's own."""
        return Response(
            {"success": True, "claimed_until": review.heartbeat(self.row(pk), by=self.actor)}
        )

    @extend_schema(
        operation_id="revision_soltar", parameters=[DOMAIN], request=None, responses=ReleaseAnswer
    )
    def release(self, request: Request, pk: int) -> Response:
        """Let others open it."""
        return Response({"success": True, "released": review.release(self.row(pk), by=self.actor)})

    def _claimed(self, pk: int) -> Response:
        until = review.claim(self.row(pk), by=self.actor)
        return Response({"success": True, "item": self.item(pk), "claimed_until": until})


class BatchViewSet(ReviewView):
    """Many at once: each decision is one of its own, and one that is refused stops no other."""

    rights = {"*": "conversations.review_conversation"}

    @extend_schema(
        operation_id="revision_aprobar_varias",
        parameters=[DOMAIN],
        request=BatchApproveBody,
        responses=Approved,
    )
    def approve(self, request: Request) -> Response:
        """Approve the exchanges named."""
        body = self.read(BatchApproveBody, request.data)
        note = body.get("notes") or ""
        batch = review.in_turn(
            self.rows,
            body["item_ids"],
            lambda row: reviewing.approve(row, by=self.actor, notes=note),
        )
        return _told("approved", batch)

    @extend_schema(
        operation_id="revision_rechazar_varias",
        parameters=[DOMAIN],
        request=BatchRejectBody,
        responses=Rejected,
    )
    def reject(self, request: Request) -> Response:
        """Reject the exchanges named."""
        body = self.read(BatchRejectBody, request.data)
        reason = body.get("reason") or ""
        batch = review.in_turn(
            self.rows,
            body["item_ids"],
            lambda row: review.reject(row, by=self.actor, reason=reason),
        )
        return _told("rejected", batch)

    @extend_schema(
        operation_id="revision_autoaprobar",
        parameters=[DOMAIN],
        request=AutoApproveBody,
        responses=Approved,
    )
    def auto_approve(self, request: Request) -> Response:
        """Approve what passed quality control with at least this confidence, up to 1000 a time.

        Never the blind sample, nor what somebody asked a person to look at.
        """
        body = self.read(AutoApproveBody, request.data)
        batch = review.auto_approve(self.rows, min_confidence=body["min_confidence"], by=self.actor)
        return _told("approved", batch)


def _told(done: str, batch: review.Batch) -> Response:
    return Response(
        {
            "success": True,
            "total": batch.total,
            done: len(batch.done),
            "failed": len(batch.refused),
            "errors": [
                {"id": pk, "code": refusal.code, "message": str(refusal)}
                for pk, refusal in batch.refused.items()
            ],
        }
    )


def _post(view: type[ReviewView], action: str) -> Any:
    return view.as_view({"post": action})


_ON_ONE = {
    "approve": "approve",
    "reject": "reject",
    "edit": "edit",
    "reanalyze": "reanalyze",
    "send-back": "send_back",
    "flag": "flag",
    "undo": "undo",
}

paths: list[URLPattern] = [
    *(
        path(f"{PREFIX}{word}/<int:pk>", _post(DecisionViewSet, action), name=f"review-{word}")
        for word, action in _ON_ONE.items()
    ),
    path(f"{PREFIX}claim", _post(ClaimViewSet, "claim_next"), name="review-claim-next"),
    *(
        path(f"{PREFIX}{word}/<int:pk>", _post(ClaimViewSet, word), name=f"review-{word}")
        for word in ("claim", "heartbeat", "release")
    ),
    path(f"{PREFIX}batch/approve", _post(BatchViewSet, "approve"), name="review-batch-approve"),
    path(f"{PREFIX}batch/reject", _post(BatchViewSet, "reject"), name="review-batch-reject"),
    path(f"{PREFIX}auto-approve", _post(BatchViewSet, "auto_approve"), name="review-auto-approve"),
]
