"""The topics of the article on reverse mentoring, put in once; afterwards they belong to the lead."""
# ruff: noqa: RUF001 - the Russian labels are meant to be Russian

from services.enrollment.domain.topics import Topic

ARTICLE_TOPICS = (
    Topic("new_technology", None, "New technology", "Новые технологии"),
    Topic("crm", "new_technology", "CRM systems", "CRM-системы"),
    Topic("analytics", "new_technology", "Data analytics", "Аналитика данных"),
    Topic("automation", "new_technology", "Automation", "Автоматизация"),
    Topic("artificial_intelligence", None, "Artificial intelligence", "Искусственный интеллект"),
    Topic("customers", None, "Working with customers", "Работа с клиентами"),
    Topic("communication", None, "Communication", "Коммуникация"),
    Topic("negotiation", "communication", "Negotiation", "Переговоры"),
    Topic("presenting", "communication", "Presenting", "Презентации"),
    Topic("social_media", None, "Social media", "Социальные сети"),
    Topic("generations", None, "Values of generations", "Ценности поколений"),
    Topic("green_economy", None, "Green economy", "Зелёная экономика"),
)
