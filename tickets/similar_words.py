"""The words by which a likeness is judged: what people call the same fault in either language, and what says nothing.

Patterns are matched on folded text (NFKC, lower case), the longer name before the shorter one. What they match is taken
out before single words are compared.
"""

from __future__ import annotations

import re

# What is wrong. Two texts that name faults and share none of them are about different things.
SYMPTOMS = {
    "freeze": r"freez\w*|frozen?|stutter\w*|chopp(?:y|iness)|jank\w*|lagg?(?:s|y|ing)?\b"
    r"|卡顿|卡住|卡死|卡帧|定格|画面卡|很卡|太卡",
    "black": r"black (?:screen|video|picture|frame|window)s?|(?:screen|window|picture|video) (?:is|stays|goes|turns) black"
    r"|\bblack on\b|no (?:video|picture|image)\b|黑屏|没有?画面|无画面|看不[到见](?:画面|视频|对方)",
    "silence": r"no (?:sound|audio|voice)\b|silen(?:t|ce)|(?:cannot|can'?t|nobody|not) hears?\b|\bmuted?\b"
    r"|(?:sound|audio) is (?:gone|missing)|没有?声音?|无声|听不[到见清]|静音",
    "echo": r"echo\w*|howl\w*|hears? (?:himself|herself|themselves|oneself|myself)|回声|回音|啸叫",
    "noise": r"nois[ey]\w*|crackl\w*|hiss\w*|杂音|噪音|噪声|电流声|爆音",
    "join": r"(?:cannot|can'?t|could not|unable to|fail\w* to|nobody can|not) (?:join|enter|connect)"
    r"|join\w* (?:fail\w*|tim\w+ out)|fail\w* joins?"
    r"|进不[了去]|(?:加入|进入?)(?:频道|房间?|会议)?(?:失败|不了|超时)|无法(?:加入|进入|进房|连接)|连接失败|连不上|入会失败",
    "crash": r"crash\w*|\banrs?\b|崩溃|闪退|奔溃",
    "delay": r"latenc\w+|delay\w*|延[迟时]|滞后",
    "sync": r"out of sync|lip.?sync|a/?v sync|音画不?同步|口型|不同步",
    "token": r"tokens?\b|鉴权|令牌",
    "drop": r"disconnect\w*|reconnect\w*|calls? (?:is |are |get |gets )?drop\w*|drop\w* (?:the )?calls?|kicked"
    r"|掉线|断线|断开|断连|重连|被踢",
    "recording": r"record(?:s|ed|ings?)?\b|录制|录像",
    "sharing": r"(?:screen|window).?shar\w*|shar\w+ (?:the |a |of the )?(?:screen|window)"
    r"|(?:屏幕|窗口)(?:共享|分享)|共享(?:屏幕|窗口)|投屏",
    "push": r"\bcdn\b|rtmp|推流|转推|旁路",
    "heat": r"overheat\w*|fans? spin|\bcpu\b|battery|发热|发烫|耗电|风扇",
    "blur": r"blur\w*|pixelat\w*|low resolution|模糊|花屏|马赛克|不清晰",
    "billing": r"bill(?:s|ing)?\b|invoice\w*|账单|计费|发票|扣费",
}
# Where and when: shared it makes a likeness stronger, and two different platforms make it weaker.
PLATFORMS = {
    "android": r"android|安卓",
    "apple": r"\bios\b|iphones?|ipads?|苹果",
    "windows": r"windows|\bwin ?1[01]\b",
    "mac": r"macos|mac ?books?|\bmac\b",
    "web": r"\bweb\b|browsers?|chrome|safari|firefox|浏览器|网页",
    "flutter": r"flutter",
    "harmony": r"harmony(?: ?os)?|鸿蒙",
    "mini": r"mini.?programs?|小程序",
}
CIRCUMSTANCES = {
    "phone": r"(?:phone|incoming) calls?|来电|接电话|打电话|电话(?:后|打断|进来)",
    "background": r"background|lock(?:ed|ing)? (?:the )?screen|后台|锁屏",
    "headset": r"bluetooth|air ?pods?|head(?:set|phone)s?|蓝牙|耳机",
    "weak": r"weak network|poor network|packet loss|弱网|丢包",
    "switch": r"network switch\w*|switch\w* (?:from|to|between) (?:wi-?fi|4g|5g)|切换?网|网络切换",
    "upgrade": r"upgrad\w*|updat(?:e|ed|ing)\b|升级|更新后",
    "everybody": r"everybody|everyone|all (?:of )?(?:our )?users|nobody|所有(?:用户|人)|全部用户|大面积",
}
_STOPPED = """
the a an and or but if of in on at to for from by with without after before when while then than as is are was were be been
being it its this that these those they them their we our us you your he she his her i my me not no do does did done has have
had can could will would should may some any all each every very only also just still again since until about into over under
out off up down more most other another both either please help hello hi thanks thank problem problems issue issues question
questions error errors bug fails failed failure wrong broken work works working happens happen happened seems see sees user
users customer customers app apps sdk version call calls room channel video audio device devices phone screen one two three
seconds second minutes minute sometimes always today yesterday urgent asap how
"""
STOPPED = frozenset(_STOPPED.split())
# Chinese characters that only hold a sentence together: a pair with one of them says nothing.
HOLDING = frozenset(
    "的了在是我们你他她它有和与就都而及或被把给让对从向到为以因于但又也还很不没这那哪个些什么怎么吗呢吧啊请问题出现发生用户时候后前会能可"
)


def compiled(table: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(pattern)) for name, pattern in table.items()]
