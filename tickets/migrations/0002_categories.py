"""The kinds of problem that the filing form offers. Administrators may edit the rows afterwards."""

from django.db import migrations

# code, English name and example, Chinese name and example, is it about a call
CATEGORIES = (
    ("join_failure", "Cannot join", "An error code, or nothing happens", "进不了房", "返回错误码，或没有反应", True),
    ("stutter_freeze", "Stutters or freezes", "Picture stops, sound breaks up", "卡顿", "画面定格、声音断续", True),
    ("black_screen", "Black screen", "Own or other side’s video missing", "黑屏", "看不到自己或对方的画面", True),
    ("no_audio", "No sound", "One side cannot hear the other", "无声", "一方听不到另一方", True),
    ("echo_noise", "Echo or noise", "Howling, hearing oneself", "回声或杂音", "啸叫、听到自己的声音", True),
    ("crash_anr", "Crash", "The app ends or stops answering", "崩溃", "应用退出或无响应", True),
    ("reconnect_drop", "Dropped or kicked out", "Calls end, or reconnect again and again", "掉线或被踢", "通话中断、反复重连", True),
    ("latency", "Delay", "Late answers, sound and picture apart", "延迟", "对话滞后、音画不同步", True),
    ("screen_share", "Screen sharing", "Sharing fails, or viewers see nothing", "屏幕共享", "无法共享，或观众看不到", True),
    ("device_bluetooth", "Devices and Bluetooth", "Wrong microphone, headset not used", "设备与蓝牙", "麦克风选错、耳机不生效", True),
    ("cpu_heat", "Heat and battery", "Phone gets hot, memory keeps growing", "发热与耗电", "手机发烫、内存持续上涨", True),
    ("recording_cdn", "Recording and live streams", "Recording missing, stream does not start", "录制与旁路推流", "录制文件缺失、推流失败", True),
    ("token_auth", "Tokens and sign-in", "Token refused or expired early", "鉴权与 Token", "Token 被拒或提前过期", True),
    ("integration_howto", "How do I…", "Build something new, upgrade, best practice", "集成与用法", "如何实现、如何升级、最佳实践", False),
    ("billing_console", "Bills and console", "Usage, invoices, settings of a project", "计费与控制台", "用量、账单、项目设置", False),
    ("compliance_security", "Security and firewalls", "Addresses to allow, certificates, data", "安全与合规", "白名单、证书、数据合规", False),
    ("other", "Something else", "None of these, or not clear yet", "其他", "不属于以上各类，或暂不清楚", True),
)


def add(apps, schema_editor):
    category = apps.get_model("tickets", "Category")
    for position, (code, name_en, example_en, name_zh, example_zh, is_about_a_call) in enumerate(CATEGORIES, start=1):
        category.objects.update_or_create(
            code=code,
            defaults={
                "name_en": name_en,
                "name_zh": name_zh,
                "example_en": example_en,
                "example_zh": example_zh,
                "is_about_a_call": is_about_a_call,
                "position": position * 10,
            },
        )


def remove(apps, schema_editor):
    """Rows that a ticket points to stay: tickets do not vanish with a step back."""
    codes = [row[0] for row in CATEGORIES]
    apps.get_model("tickets", "Category").objects.filter(code__in=codes, tickets=None).delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
