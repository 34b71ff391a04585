"""What the customer is told at each step, until an administrator says it better."""

from django.db import migrations

PLANS = {
    "t2": (
        "A tier 2 expert takes this over with everything you sent, so you need not repeat it, and writes to you with the next step.",
        "二线专家将接手此工单。您已提供的信息会一并转交，无需重复说明，专家会直接告知您下一步安排。",
    ),
    "rnd": (
        "Our R&D engineers take this over with what the experts found, look for the cause in the SDK itself, and write to you with what they see.",
        "研发工程师将带着专家的分析结果接手，在 SDK 代码中定位原因，并告知您进展。",
    ),
    "manager": (
        "The escalation manager now answers for this ticket, brings the people responsible together, and writes to you with a plan and a time.",
        "升级经理现已负责此工单，会召集相关负责人，并向您说明处理方案和预计时间。",
    ),
}
# Seconds until the new owner takes over, on the hours of the severity.
TAKEN_OVER_WITHIN = {"p0": (900, 1800, 900), "p1": (1800, 3600, 1800), "p2": (7200, 14400, 7200), "p3": (14400, 30600, 14400)}


def write(apps, schema_editor):
    StepPlan = apps.get_model("escalation", "StepPlan")
    for severity, spans in TAKEN_OVER_WITHIN.items():
        for (target, (english, chinese)), within in zip(PLANS.items(), spans, strict=True):
            StepPlan.objects.get_or_create(
                target=target, severity=severity,
                defaults={"plan_en": english, "plan_zh": chinese, "taken_over_within": within},
            )


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
