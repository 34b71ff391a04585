"""Sources of call data that most services have. The hours are plausible defaults for staff to edit."""

from django.db import migrations
from django.utils import timezone

# code, names, what it holds, hours, the kinds of problem it is for (none: all)
SOURCES = (
    (
        "server_traces", "Media server traces", "媒体服务器追踪", "Routing, retransmissions and bandwidth on our servers",
        "服务端的路由、重传与带宽明细", 24, ("join_failure", "stutter_freeze", "reconnect_drop", "latency"),
    ),
    (
        "quality_events", "Quality events", "质量事件", "Every freeze, reconnect and device change, to the second",
        "卡顿、重连、设备切换等事件，精确到秒", 72, (),
    ),
    (
        "call_analytics", "Call analytics", "通话分析", "Who was in the call when, and its quality minute by minute",
        "成员进出时间与逐分钟质量曲线", 14 * 24, (),
    ),
)  # fmt: skip


def add(apps, schema_editor):
    source, category = apps.get_model("tickets", "DataSource"), apps.get_model("tickets", "Category")
    for position, (code, name_en, name_zh, holds_en, holds_zh, hours, kinds) in enumerate(SOURCES, start=1):
        row, _ = source.objects.get_or_create(
            code=code,
            defaults={
                "name_en": name_en,
                "name_zh": name_zh,
                "holds_en": holds_en,
                "holds_zh": holds_zh,
                "retention_hours": hours,
                "position": position * 10,
                "edited_at": timezone.now(),
            },
        )
        row.categories.set(category.objects.filter(code__in=kinds))


def remove(apps, schema_editor):
    apps.get_model("tickets", "DataSource").objects.filter(code__in=[row[0] for row in SOURCES]).delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0017_call_data")]
    operations = [migrations.RunPython(add, remove)]
