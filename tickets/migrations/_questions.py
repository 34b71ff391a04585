"""What the migration of the questions writes: in our own words, both languages. Administrators may edit the rows afterwards.

Nothing here asks for a certificate, a secret or the text of a token. A category asks in the order of its list: `code` may be
left out, `code!` is needed, `code@question=answer` is asked only after that answer, `code#platform` only on that platform.
"""

from typing import Any

YES_NO = (("yes", "Yes", "是"), ("no", "No", "否"), ("unsure", "Not sure", "不确定"))
WHO = (
    ("one", "One user", "个别用户"),
    ("some", "Some users", "部分用户"),
    ("all", "Everybody", "所有用户"),
)
SIDE = (
    ("local", "Only one’s own", "仅本端"),
    ("remote", "Only the other side’s", "仅对端"),
    ("both", "Both", "两端都有"),
)
ROUTE = (
    ("speaker", "Loudspeaker", "扬声器"),
    ("earpiece", "Earpiece", "听筒"),
    ("wired", "Wired headset", "有线耳机"),
    ("bluetooth", "Bluetooth headset", "蓝牙耳机"),
    ("other", "Something else", "其他"),
)

# code: (type, shown under, English, Chinese, more)
QUESTIONS: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {
    # What every ticket has a place for
    "product": ("choice", "environment", "SDK", "SDK", {"fact": "product"}),
    "sdk_version": ("version", "environment", "SDK version", "SDK 版本", {"fact": "sdk_version", "help": (
        "Of our SDK, not of the framework around it.", "填写我们 SDK 的版本，而不是外层框架的版本。")}),
    "platform": ("choice", "environment", "Platform", "平台", {"fact": "platform"}),
    "os_version": ("text", "environment", "Operating system and version", "操作系统及版本", {"fact": "os_version", "most": 80}),
    "device": ("text", "environment", "Device model", "设备型号", {"fact": "device", "most": 120}),
    "network": ("choice", "environment", "Network", "网络", {"fact": "network"}),
    "channel": ("text", "call", "Channel or room", "频道名或房间号", {"fact": "channel", "most": 128, "help": (
        "Exactly as the app passes it.", "与应用传入的完全一致。")}),
    "occurred_at": ("time_range", "call", "When it happened", "发生时间", {"fact": "occurred_at", "help": (
        "One occurrence, to the minute.", "举一次为例，精确到分钟。")}),
    "frequency": ("choice", "again", "How often", "出现频率", {"fact": "frequency"}),
    "steps": ("long_text", "again", "Steps that show it: what you expect, what you get", "复现步骤：期望结果与实际结果", {
        "fact": "steps", "most": 20000}),
    # Asked in many kinds
    "user_local": ("user_id", "call", "User id of who notices it", "发现问题的用户 ID", {}),
    "user_remote": ("user_id", "call", "User id of whose stream it is", "对端用户 ID", {"help": (
        "Whose picture or sound is affected.", "画面或声音异常的那一方。")}),
    "scope": ("choice", "problem", "Who is affected", "影响范围", {"choices": WHO}),
    "demo_reproduces": ("choice", "again", "Does our demo app show it, too", "官方示例应用是否也能复现", {"choices": (
        *YES_NO[:2], ("untried", "Not tried", "还没试过"))}),
    "last_good": ("text", "again", "Since when, and what changed then", "从何时开始、当时改了什么", {"most": 255}),
    # Joining
    "error_code": ("text", "problem", "Error code", "错误码", {"pattern": "error_code", "most": 120, "help": (
        "As the callback gives it: 110, -3319, 0x4002 or a name.", "按回调给出的填写，如 110、-3319、0x4002 或错误名称。")}),
    "failing_callback": ("text", "problem", "Callback that reports it", "报错的回调", {"most": 120}),
    "connection_change": ("text", "problem", "Connection state and reason, the last change", "最后一次连接状态变化及原因", {
        "most": 200}),
    "uses_token": ("choice", "problem", "Is a token used to join", "加入时是否使用 Token", {"choices": YES_NO}),
    "console_token_works": ("choice", "problem", "Does a temporary one from the console let you join",
        "换成控制台生成的临时 Token 能否加入", {"choices": (*YES_NO[:2], ("untried", "Not tried", "还没试过")), "help": (
            "Only whether it works: send no token itself.", "只需说明结果，请勿发送 Token 本身。")}),
    "region": ("text", "problem", "Country or region of the user", "用户所在国家或地区", {"most": 80}),
    "behind_proxy": ("choice", "environment", "Proxy or company firewall in between", "是否经过代理或企业防火墙", {
        "choices": YES_NO}),
    "others_in_channel_ok": ("choice", "problem", "Do others get into the same channel", "其他用户能否进入同一频道", {
        "choices": YES_NO}),
    "join_took": ("number", "problem", "Time until it failed", "失败前耗时", {"least": 0, "most": 3600000, "unit": ("ms", "毫秒")}),
    # Picture
    "black_side": ("choice", "problem", "Which picture is missing", "哪一方没有画面", {"choices": SIDE}),
    "video_source": ("choice", "problem", "Where the picture comes from", "画面来源", {"choices": (
        ("camera", "Camera", "摄像头"), ("screen", "Screen sharing", "屏幕共享"), ("custom", "Own capture", "自定义采集"))}),
    "first_frame_seen": ("choice", "problem", "Did the first-frame callback come", "是否收到首帧回调", {"choices": YES_NO}),
    "black_remote_who": ("choice", "problem", "All remote pictures, or one", "所有远端都黑，还是某一个", {"choices": (
        ("one", "One", "某一个"), ("all", "All", "全部"))}),
    "camera_permission": ("choice", "environment", "Is the camera allowed to the app", "应用是否有摄像头权限", {"choices": YES_NO}),
    "in_background": ("choice", "problem", "After the app was in the background or the screen locked",
        "是否在切后台或锁屏之后出现", {"choices": YES_NO}),
    "ui_framework": ("text", "environment", "UI framework and view type", "UI 框架与视图类型", {"most": 120}),
    "video_codec": ("text", "environment", "Video codec", "视频编码格式", {"most": 60}),
    # Sound
    "silent_side": ("choice", "problem", "Who hears nothing", "谁听不到", {"choices": (
        ("one_way", "One side does not hear the other", "一方听不到另一方"), ("both", "Neither hears the other", "双方互相听不到"),
        ("all", "Nobody hears one user", "所有人都听不到某个用户"))}),
    "mic_muted": ("choice", "problem", "Is the microphone muted anywhere", "麦克风是否被静音", {"choices": YES_NO}),
    "audio_route": ("choice", "problem", "Where the sound comes out", "声音输出方式", {"choices": ROUTE}),
    "sender_volume_moves": ("choice", "problem", "Does the sender’s volume indication move", "发送端音量提示是否有变化", {
        "choices": YES_NO}),
    "audio_session": ("text", "environment", "Audio session category", "音频会话类别", {"most": 120}),
    "other_mic_app": ("choice", "environment", "Another app that uses the microphone", "是否有其他应用占用麦克风", {
        "choices": YES_NO}),
    "echo_heard_by": ("user_id", "problem", "User id of who hears it", "听到杂音或回声的用户 ID", {}),
    "echo_made_by": ("user_id", "problem", "User id of whom it comes from", "杂音或回声来源的用户 ID", {}),
    "echo_source_device": ("text", "environment", "Device model of the side it comes from", "来源一侧的设备型号", {"most": 120}),
    "audio_scenario": ("text", "environment", "Audio profile and scenario that are set", "设置的音频编码属性与场景", {"most": 120}),
    "headset_helps": ("choice", "problem", "Does a headset on the other side end it", "对端戴上耳机后是否消失", {"choices": (
        *YES_NO[:2], ("untried", "Not tried", "还没试过"))}),
    "same_room": ("choice", "problem", "Are both in the same room", "双方是否在同一房间", {"choices": YES_NO}),
    "sound_card": ("choice", "environment", "External sound card", "是否使用外置声卡", {"choices": YES_NO}),
    # Quality
    "stutter_what": ("choice", "problem", "What stutters", "卡顿的是什么", {"choices": (
        ("video", "Picture", "画面"), ("audio", "Sound", "声音"), ("both", "Both", "都卡"))}),
    "stutter_who": ("choice", "problem", "All viewers, or one", "所有观众都卡，还是个别", {"choices": (
        ("one", "One", "个别"), ("some", "Some", "一部分"), ("all", "All", "全部"))}),
    "video_settings": ("text", "environment", "Resolution, frame rate and bitrate that are set", "设置的分辨率、帧率与码率", {
        "most": 120}),
    "publishers": ("number", "environment", "Users who publish at the same time", "同时发流人数", {"least": 0, "most": 100000,
        "unit": ("users", "人")}),
    "freeze_rate": ("number", "problem", "Freeze rate in the analytics", "数据分析中的卡顿率", {"least": 0, "most": 100,
        "unit": ("%", "%")}),
    "delay_measured": ("number", "problem", "Delay that was measured", "测得的延迟", {"least": 0, "most": 600000,
        "unit": ("ms", "毫秒")}),
    "delay_how": ("text", "problem", "How it was measured", "测量方法", {"most": 255}),
    "viewer_kind": ("choice", "problem", "How the viewer watches", "观众的观看方式", {"choices": (
        ("rtc", "RTC", "RTC"), ("rtc_low", "RTC, low-latency audience", "RTC 极速直播"),
        ("rtc_ultra", "RTC, ultra-low latency", "RTC 超低延时"), ("cdn", "CDN", "CDN"))}),
    "regions_both": ("text", "environment", "Regions of both ends", "两端所在地区", {"most": 120}),
    "av_offset": ("number", "problem", "Sound ahead of the picture by (behind: negative)", "声音超前画面（落后填负数）", {
        "least": -600000, "most": 600000, "unit": ("ms", "毫秒")}),
    # Crash, heat
    "crash_stack": ("long_text", "problem", "Call stack, with symbols", "崩溃堆栈（已符号化）", {"most": 20000}),
    "top_frame_ours": ("choice", "problem", "Is the top frame in our library", "栈顶是否在 SDK 库中", {"choices": YES_NO}),
    "build_abi": ("choice", "environment", "ABI of the build", "构建的 ABI", {"choices": (
        ("arm64", "arm64-v8a", "arm64-v8a"), ("armv7", "armeabi-v7a", "armeabi-v7a"), ("x86_64", "x86_64", "x86_64"),
        ("several", "Several", "多个"), ("unsure", "Not sure", "不确定"))}),
    "crash_rate": ("number", "problem", "Crash rate", "崩溃率", {"least": 0, "most": 100, "unit": ("%", "%")}),
    "last_api": ("text", "problem", "SDK call just before it", "崩溃前最后调用的 SDK 接口", {"most": 160}),
    "cpu_app": ("number", "problem", "CPU of the app", "应用 CPU 占用", {"least": 0, "most": 10000, "unit": ("%", "%")}),
    "cpu_system": ("number", "problem", "CPU of the whole device", "整机 CPU 占用", {"least": 0, "most": 100, "unit": ("%", "%")}),
    "hot_after": ("number", "problem", "Time until it gets hot", "多久后开始发热", {"least": 0, "most": 10000,
        "unit": ("minutes", "分钟")}),
    "streams": ("number", "environment", "Streams sent and received", "收发流总数", {"least": 0, "most": 10000,
        "unit": ("streams", "路")}),
    "encoder": ("choice", "environment", "Encoder", "编码器", {"choices": (
        ("hardware", "Hardware", "硬编"), ("software", "Software", "软编"), ("unsure", "Not sure", "不确定"))}),
    "without_beauty": ("choice", "problem", "The same with beauty filters and extensions off", "关闭美颜等插件后是否依旧", {
        "choices": (*YES_NO[:2], ("none", "None in use", "没有使用"))}),
    "memory_trend": ("choice", "problem", "Memory over the call", "通话中的内存走势", {"choices": (
        ("grows", "Grows all the time", "持续上涨"), ("steady", "Steady", "平稳"), ("unsure", "Not sure", "不确定"))}),
    # Recording and CDN
    "rest_service": ("choice", "problem", "What it is about", "涉及的服务", {"choices": (
        ("recording", "Cloud recording", "云端录制"), ("push", "Stream to a CDN", "旁路推流"))}),
    "resource_id": ("text", "problem", "Resource id", "资源 ID", {"most": 255, "pattern": "identifier"}),
    "task_id": ("text", "problem", "Session id (sid) or task id", "会话 ID 或任务 ID", {"most": 255, "pattern": "identifier"}),
    "recording_mode": ("choice", "problem", "Recording mode", "录制模式", {"choices": (
        ("mix", "Mixed", "合流"), ("individual", "Individual", "单流"), ("web", "Web page", "页面录制"))}),
    "storage_vendor": ("text", "environment", "Storage vendor and region", "存储厂商与区域", {"most": 120, "help": (
        "No access keys, please.", "请勿填写访问密钥。")}),
    "push_host": ("text", "environment", "Host that the stream is pushed to", "推流目标域名", {"most": 160, "help": (
        "Only the host: leave out the key behind it.", "只填域名，不要填写后面的密钥。")}),
    "rest_status": ("text", "problem", "HTTP status and server code of the REST call", "REST 调用的 HTTP 状态与返回码", {
        "pattern": "error_code", "most": 80}),
    "started_at": ("time_range", "problem", "When the task ran", "任务运行时间", {}),
    # Tokens
    "token_made_by": ("choice", "problem", "How it is generated", "Token 的生成方式", {"choices": (
        ("server", "On our server", "自己的服务端"), ("console", "In the console", "控制台"), ("client", "In the app", "客户端内"))}),
    "token_library": ("text", "environment", "Language and version of the generator", "生成库的语言与版本", {"most": 120}),
    "token_valid_for": ("number", "problem", "How long it is valid", "有效期", {"least": 0, "most": 10000000,
        "unit": ("seconds", "秒")}),
    "token_same_names": ("choice", "problem", "Are user id and channel equal where it is made and where it is used",
        "生成与加入时的用户 ID、频道是否一致", {"choices": YES_NO}),
    "token_claims": ("long_text", "problem", "What it contains, decoded", "解码后的内容", {"most": 4000, "help": (
        "Only the decoded claims: App ID, channel, user id, expiry, privileges. Never what it is signed with.",
        "只填解码后的字段：App ID、频道、用户 ID、过期时间、权限。切勿填写用于签名的内容。")}),
    "server_clock_ok": ("choice", "environment", "Is the server’s clock right", "服务端时钟是否准确", {"choices": YES_NO}),
    # Bills
    "bill_period": ("text", "problem", "Billing period", "账单周期", {"most": 60, "help": ("For example 2026-10.", "例如 2026-10。")}),
    "bill_project": ("text", "problem", "Project or account", "项目或账号", {"most": 120}),
    "bill_item": ("text", "problem", "Line of the bill", "账单的哪一行", {"most": 200}),
    "bill_amount": ("text", "problem", "Amount in question, with currency", "有疑问的金额与币种", {"most": 60}),
    "invoice_number": ("text", "problem", "Invoice number", "发票号码", {"most": 80}),
    "bill_expected": ("text", "problem", "What you expected, and how it was reckoned", "期望的数值与计算方式", {"most": 255}),
    # How to
    "goal": ("text", "problem", "What you want to do, in one sentence", "一句话说明想实现什么", {"least": 4, "most": 255}),
    "tried": ("long_text", "problem", "What you tried, and what happened", "已尝试的做法与结果", {"most": 20000}),
    "doc_link": ("text", "problem", "Page of the documentation you followed", "参考的文档页面", {"most": 255}),
    "framework_version": ("text", "environment", "Framework and its version", "框架与版本", {"most": 120}),
    # Drops
    "drop_reason": ("text", "problem", "Connection state and reason when it dropped", "断开时的连接状态与原因", {"most": 200}),
    "drops": ("number", "problem", "Drops in one call", "一次通话中掉线次数", {"least": 0, "most": 100000, "unit": ("times", "次")}),
    "network_changed": ("choice", "problem", "Did the network change then, Wi-Fi to mobile for instance", "当时是否切换网络，如 Wi-Fi 与移动网络互切", {
        "choices": YES_NO}),
    "same_user_twice": ("choice", "problem", "Is the same user id used on two devices", "同一用户 ID 是否在两台设备登录", {
        "choices": YES_NO}),
    # Screen sharing
    "share_what": ("choice", "problem", "What is shared", "共享的内容", {"choices": (
        ("screen", "Whole screen", "整个屏幕"), ("window", "A window", "窗口"), ("tab", "A browser tab", "浏览器标签页"))}),
    "share_permission": ("choice", "problem", "Has the system granted it", "系统是否已授权", {"choices": YES_NO}),
    "share_settings": ("text", "environment", "Frame rate and resolution", "帧率与分辨率", {"most": 120}),
    "share_system_sound": ("choice", "problem", "Is the system’s sound shared", "是否共享系统声音", {"choices": YES_NO}),
    "several_screens": ("choice", "environment", "More than one screen", "是否有多个显示器", {"choices": YES_NO}),
    # Devices
    "audio_device": ("text", "problem", "Name of the device, as the system shows it", "设备名称（系统显示的）", {"most": 160}),
    "route_before": ("choice", "problem", "Sound went to, before", "之前的声音输出", {"choices": ROUTE}),
    "route_after": ("choice", "problem", "Sound went to, after", "之后的声音输出", {"choices": ROUTE}),
    "builtin_ok": ("choice", "problem", "Does it work with the built-in device", "使用内置设备是否正常", {"choices": (
        *YES_NO[:2], ("untried", "Not tried", "还没试过"))}),
    "phone_call_between": ("choice", "problem", "Was there a phone call in between", "其间是否有来电", {"choices": YES_NO}),
    # Security
    "needs_what": ("choice", "problem", "What you need", "需要什么", {"choices": (
        ("addresses", "Addresses and ports to allow", "需放通的地址与端口"), ("audit", "Proof for an audit", "审计或合规证明"),
        ("data", "Where data is kept", "数据存放位置"), ("other", "Something else", "其他"))}),
    "needs_networks": ("text", "problem", "Which networks must let it pass", "哪些网络需要放通", {"most": 255}),
    "needs_region": ("text", "problem", "Region that it is for", "适用的国家或地区", {"most": 80}),
    "firewall_model": ("text", "environment", "Firewall or gateway", "防火墙或网关型号", {"most": 120}),
    "needs_deadline": ("text", "problem", "Needed by", "期望时间", {"most": 60}),
}

SDK = ("product", "sdk_version!", "platform!")
CALL = ("channel!", "user_local!", "user_remote", "occurred_at!")
AGAIN = ("frequency!", "steps!", "demo_reproduces")

# code: (first question, files to ask for, questions)
CATEGORIES = {
    "join_failure": (
        ("Which code comes, and from which callback? Does a temporary console token let you join?",
         "返回了什么错误码，来自哪个回调？用控制台临时 Token 能加入吗？"),
        ("The SDK log from start to failure; on the Web the console’s text and a HAR file.",
         "从初始化到失败的 SDK 日志；Web 端请附控制台输出与 HAR 文件。"),
        ("error_code!", "failing_callback", "connection_change!", "uses_token!", "console_token_works@uses_token=yes",
         "others_in_channel_ok", "join_took", "region", *CALL, *SDK, "os_version", "device", "network", "behind_proxy", *AGAIN),
    ),
    "black_screen": (
        ("Is the local preview fine? Is one remote user black, or are all?", "本地预览正常吗？黑屏的是某一个远端还是全部？"),
        ("The SDK log of both ends, a screenshot, and the browser’s WebRTC dump on the Web.",
         "两端的 SDK 日志、截图；Web 端请附浏览器的 WebRTC dump。"),
        ("black_side!", "black_remote_who@black_side=remote", "video_source!", "first_frame_seen!", "in_background", *CALL, *SDK,
         "os_version", "device!", "camera_permission", "ui_framework", "video_codec", *AGAIN),
    ),
    "no_audio": (
        ("Does the sender’s volume indication move while they speak?", "说话时，发送端的音量提示有变化吗？"),
        ("The SDK log of both ends, and an audio dump if you can make one.", "两端的 SDK 日志；条件允许时请附音频 dump。"),
        ("silent_side!", "mic_muted!", "sender_volume_moves!", "audio_route!", *CALL, *SDK, "os_version", "device!",
         "audio_session#ios", "other_mic_app", *AGAIN),
    ),
    "echo_noise": (
        ("Who hears it, and does a headset on the other side end it?", "谁听到的？对端戴上耳机后还有吗？"),
        ("An audio dump, and a recording in which it is heard, with the time.", "音频 dump，以及能听到问题的录音并注明时间。"),
        ("echo_heard_by!", "echo_made_by!", "headset_helps", "same_room", "audio_route!", "channel!", "occurred_at!", *SDK,
         "os_version", "device", "echo_source_device!", "audio_scenario!", "sound_card", *AGAIN),
    ),
    "stutter_freeze": (
        ("All viewers or one? Picture, sound or both?", "是所有观众都卡，还是个别？画面卡、声音卡，还是都卡？"),
        ("The SDK log of both ends, and a stats dump that covers one occurrence.", "两端的 SDK 日志，以及覆盖一次卡顿的统计 dump。"),
        ("stutter_what!", "stutter_who!", "freeze_rate", *CALL, *SDK, "os_version", "device", "network!", "video_settings!",
         "publishers", *AGAIN, "last_good"),
    ),
    "latency": (
        ("Does the viewer watch over RTC or over a CDN?", "观众是 RTC 观看还是 CDN 观看？"),
        ("A stats dump, and a photo with both screens showing a clock.", "统计 dump，以及两端画面同时显示时钟的照片。"),
        ("delay_measured!", "delay_how!", "viewer_kind!", "av_offset", *CALL, *SDK, "os_version", "device", "network",
         "regions_both", *AGAIN, "last_good"),
    ),
    "crash_anr": (
        ("Is the top frame of the stack in our library?", "堆栈的栈顶在 SDK 库中吗？"),
        ("The crash log or ANR trace, the symbols, and the SDK log.", "崩溃日志或 ANR trace、符号文件与 SDK 日志。"),
        ("crash_stack!", "top_frame_ours", "crash_rate!", "last_api", *SDK, "os_version!", "device!", "build_abi!#android",
         "occurred_at", *AGAIN, "last_good"),
    ),
    "cpu_heat": (
        ("Is it the same with beauty filters and other extensions off?", "关闭美颜等插件后还会这样吗？"),
        ("A profile (Instruments, Perfetto) over some minutes, and the SDK log.", "数分钟的性能采样（Instruments、Perfetto）与 SDK 日志。"),
        ("cpu_app!", "cpu_system", "hot_after!", "memory_trend", "without_beauty", *SDK, "os_version!", "device!",
         "video_settings!", "streams!", "encoder", "occurred_at", *AGAIN, "last_good"),
    ),
    "recording_cdn": (
        ("Which HTTP status and which server code did the REST call return?", "REST 调用返回的 HTTP 状态和返回码是什么？"),
        ("The REST request and its answer, and the body of the callback; take keys out first.",
         "REST 请求与响应、回调内容；发送前请去掉密钥。"),
        ("rest_service!", "resource_id!@rest_service=recording", "task_id!", "rest_status!", "started_at!",
         "recording_mode!@rest_service=recording", "storage_vendor@rest_service=recording", "push_host!@rest_service=push",
         "channel!", "user_local", "steps"),
    ),
    "token_auth": (
        ("Are user id and channel equal where it is generated and where it is used?", "生成与加入时用的用户 ID、频道一致吗？"),
        ("The decoded claims only. Keep what signs it to yourself.", "只需解码后的字段；用于签名的内容请自行保管。"),
        ("error_code!", "token_made_by!", "token_valid_for!", "token_same_names!", "token_claims", "channel!", "user_local!",
         "occurred_at", *SDK, "token_library!@token_made_by=server", "server_clock_ok@token_made_by=server", "frequency", "steps"),
    ),
    "billing_console": (
        ("Which line of which bill is it?", "是哪张账单的哪一行？"),
        ("A screenshot of the bill, or its CSV file.", "账单截图或 CSV 文件。"),
        ("bill_project!", "bill_period!", "bill_item!", "bill_amount", "bill_expected", "invoice_number"),
    ),
    "integration_howto": (
        ("What should happen, and what happens now?", "想实现什么，现在的结果是什么？"),
        ("The piece of code, and the text of the error.", "相关代码片段与报错文字。"),
        ("goal!", "tried!", "doc_link", "product!", "platform!", "sdk_version", "framework_version"),
    ),
    "reconnect_drop": (
        ("Which reason comes with it, and did the network change just then?", "断开原因是什么？当时切换过网络吗？"),
        ("The SDK log over the whole call, and a stats dump.", "覆盖整个通话的 SDK 日志与统计 dump。"),
        ("drop_reason!", "drops!", "network_changed!", "same_user_twice", "in_background", *CALL, *SDK, "os_version", "device",
         "network!", "behind_proxy", *AGAIN),
    ),
    "screen_share": (
        ("A window or the whole screen? Has the system granted it?", "共享窗口还是整屏？系统授权了吗？"),
        ("A screenshot of both sides, and the SDK log.", "两端截图与 SDK 日志。"),
        ("share_what!", "share_permission!", "share_system_sound", *CALL, *SDK, "os_version!", "device", "share_settings!",
         "several_screens", *AGAIN),
    ),
    "device_bluetooth": (
        ("Does it work with the built-in device?", "用内置设备正常吗？"),
        ("The SDK log that covers the change of device.", "覆盖设备切换过程的 SDK 日志。"),
        ("audio_device!", "route_before!", "route_after!", "builtin_ok", "phone_call_between", "channel", "user_local!",
         "occurred_at!", *SDK, "os_version!", "device!", *AGAIN),
    ),
    "compliance_security": (
        ("Which networks must let it pass?", "哪些网络需要放通？"),
        ("Nothing is needed; a network plan helps if you have one.", "无需附件；如有网络拓扑图会有帮助。"),
        ("needs_what!", "needs_networks!@needs_what=addresses", "needs_region!", "needs_deadline",
         "firewall_model@needs_what=addresses"),
    ),
    "other": (
        ("What did you do, what did you expect, and what happened instead?", "做了什么、期望什么、实际发生了什么？"),
        ("Whatever shows it: a log, a screenshot, a recording.", "能说明问题的任何材料：日志、截图、录屏。"),
        ("scope", "channel", "user_local", "user_remote", "occurred_at", "product", "sdk_version", "platform", "os_version",
         "device", "network", "frequency", "steps", "demo_reproduces", "last_good"),
    ),
}

# platform: (where the file is, command, English, Chinese)
LOG_GUIDES = {
    "android": ("/sdcard/Android/data/<package>/files/*.log", "adb pull /sdcard/Android/data/<package>/files/ ./sdk-log/",
        "Pass a log file and the level “info” when the SDK is created. Show it again, then fetch the folder before the app starts anew.",
        "创建 SDK 实例时指定日志文件，级别设为信息级。复现问题后，在应用重新启动前取出该目录。"),
    "ios": ("Library/Caches/*.log", "",
        "Set the log file and the level “info” when the SDK is created. Then Xcode, Window, Devices and Simulators, your app, Download Container.",
        "创建 SDK 实例时指定日志文件，级别设为信息级。然后在 Xcode 的 Devices and Simulators 中选择应用并下载 Container。"),
    "web": ("chrome://webrtc-internals", "",
        "Set the log level to debug before joining, and keep the console open. Save its text, and the dump of chrome://webrtc-internals before the tab is closed.",
        "加入频道前把日志级别设为调试级，并保持控制台打开。保存控制台文本；关闭页面前从 chrome://webrtc-internals 导出 dump。"),
    "windows": ("%LOCALAPPDATA%\\<app>\\*.log", "dir /s /b \"%LOCALAPPDATA%\\*sdk*.log\"",
        "Set the log file and the level “info” when the SDK is created; without one it is written to the user’s local application data.",
        "创建 SDK 实例时指定日志文件，级别设为信息级；未指定时写入当前用户的本地应用数据目录。"),
    "macos": ("~/Library/Logs/*.log", "ls -t ~/Library/Logs/*.log ~/Library/Containers/*/Data/Library/Logs/*.log | head",
        "Set the log file and the level “info” when the SDK is created. A sandboxed app writes into its container.",
        "创建 SDK 实例时指定日志文件，级别设为信息级。沙盒应用写在自己的容器目录中。"),
    "linux": ("./*.log", "ls -t ./*.log /var/log/<app>/*.log | head",
        "Set the log file and the level “info” when the SDK is created; without one it is written to the working folder.",
        "创建 SDK 实例时指定日志文件，级别设为信息级；未指定时写入进程的工作目录。"),
    "harmonyos": ("/data/app/el2/100/base/<bundle>/files/*.log", "hdc file recv /data/app/el2/100/base/<bundle>/files/ ./sdk-log/",
        "Pass a log file and the level “info” when the SDK is created. Show it again, then fetch the folder with hdc.",
        "创建 SDK 实例时指定日志文件，级别设为信息级。复现问题后用 hdc 取出该目录。"),
    "flutter": ("", "adb pull /sdcard/Android/data/<package>/files/ ./sdk-log/",
        "Set the log file in the engine’s options. The file is the platform’s own: on Android as on Android, on iOS as on iOS. Add the output of flutter run.",
        "在引擎参数中指定日志文件。日志由原生层写入：Android 与 iOS 分别按各自平台获取。请同时附上 flutter run 的输出。"),
    "react_native": ("", "adb pull /sdcard/Android/data/<package>/files/ ./sdk-log/",
        "Set the log file in the engine’s options. The file is the platform’s own: on Android as on Android, on iOS as on iOS. Add Metro’s console.",
        "在引擎参数中指定日志文件。日志由原生层写入：Android 与 iOS 分别按各自平台获取。请同时附上 Metro 控制台输出。"),
    "unity": ("Application.persistentDataPath", "",
        "Set the log file below Application.persistentDataPath when the engine is created. Add the player’s own log.",
        "创建引擎时把日志文件指定在 Application.persistentDataPath 下。请同时附上 Player 日志。"),
    "electron": ("app.getPath('userData')", "",
        "Set the log file below app.getPath('userData') when the engine is created. Add the console of the renderer.",
        "创建引擎时把日志文件指定在 app.getPath('userData') 下。请同时附上渲染进程的控制台输出。"),
    "mini_program": ("", "",
        "Switch debugging on in the mini program’s menu and show it again. Save the console of vConsole, and send the log id that the menu’s feedback gives.",
        "在小程序菜单中打开调试后复现。保存 vConsole 的控制台输出，并通过菜单的反馈上传日志。"),
    "server": ("", "curl -i -X POST <address> -d @request.json",
        "Keep request and answer of the REST call with its time and request id. Take the credentials out of the headers first.",
        "保存 REST 请求与响应、时间与请求 ID。发送前请去掉请求头中的凭证。"),
}
