"""The tree of topics over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from services.enrollment import handlers
from services.enrollment.domain.topics import Topic
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, Text, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/topics", tags=["topics"])

Lead = Annotated[Call, command(Role.LEAD)]


class ChangeTopicBody(Body):
    """What it is called, and which topic it stands under; none at the root."""

    parent: TopicCode | None = None
    label_en: Annotated[str, Text(120)]
    label_ru: Annotated[str, Text(120)]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"parent": "new_technology", "label_en": "Robots", "label_ru": "Роботы"}
        }
    )


class TopicBody(ChangeTopicBody):
    """A new topic; its code stays for good."""

    topic: TopicCode

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "topic": "robots",
                "parent": "new_technology",
                "label_en": "Robots",
                "label_ru": "Роботы",
            }
        }
    )


class TopicView(BaseModel):
    """One topic."""

    topic: str
    parent: str | None
    label_en: str
    label_ru: str
    retired: bool

    @staticmethod
    def of(topic: Topic) -> "TopicView":
        """All of it."""
        return TopicView.model_validate(topic, from_attributes=True)


class TopicsView(BaseModel):
    """The tree of topics."""

    topics: list[Topic]


@router.get("")
async def read_topics(
    call: Annotated[Call, query(Role.PARTICIPANT, Role.LEAD)], *, retired: bool = False
) -> TopicsView:
    """What can be offered and wanted; with `retired`, also what is offered to nobody any more."""
    return TopicsView(
        topics=await call.read(lambda unit: handlers.topics.read_topics(unit, with_retired=retired))
    )


@router.post("", status_code=201, response_model=TopicView)
async def create_topic(body: TopicBody, call: Lead) -> Response:
    """Add a topic to the tree."""
    topic = Topic(**body.model_dump())
    return await call.once(lambda unit: handlers.topics.create_topic(unit, topic), TopicView.of)


@router.put("/{topic}")
async def change_topic(topic: TopicCode, body: ChangeTopicBody, call: Lead) -> TopicView:
    """Call it otherwise, or put it under another topic."""
    changed = Topic(topic, **body.model_dump())
    return TopicView.of(await call.run(lambda unit: handlers.topics.change_topic(unit, changed)))


@router.post("/{topic}/retire", response_model=TopicView)
async def retire_topic(topic: TopicCode, call: Lead) -> Response:
    """Offer it to no newcomer any more; whoever has it keeps it."""
    return await call.once(
        lambda unit: handlers.topics.retire_topic(unit, topic), TopicView.of, 200
    )


@router.post("/{topic}/restore", response_model=TopicView)
async def restore_topic(topic: TopicCode, call: Lead) -> Response:
    """Offer it again."""
    return await call.once(
        lambda unit: handlers.topics.restore_topic(unit, topic), TopicView.of, 200
    )
