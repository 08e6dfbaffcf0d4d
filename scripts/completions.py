"""Writes the completions of the commands for bash, zsh and fish out of what their --help says.

usage: completions.py COMMANDS FOLDER

COMMANDS is the folder of photovote, photovote-audit and photovote-import. Below FOLDER it writes bash/PROGRAM, zsh/_PROGRAM
and fish/PROGRAM.fish, as they are installed.
"""

import os
import re
import subprocess
import sys

PROGRAMS = ["photovote", "photovote-audit", "photovote-import"]
OPTION = re.compile(r"  (?:-(\w)(?:, )?)?(?:--([\w-]+))?(?: (\S+))?  +(\S.*)")
COMMAND = re.compile(r"  ([a-z]+(?: [a-z]+)?)  +(\S.*)")
WORD = r"[a-z][\w-]*"
CHOICE = re.compile(rf"{WORD}(?:, {WORD})* or {WORD}")
FILES = {"FILE", "DEST", "CACHE", "PATH"}
ARGUMENT_FILES = re.compile(r"\b(SOURCE|FILE\.csv)\b")


class Option:
    def __init__(self, letter, name, value, about):
        self.letter, self.name, self.value, self.about = letter, name, value, about
        plain = re.sub(r" \([^)]*\)", "", about)
        self.words = value.split("|") if value == "on|off" else re.split(", | or ", plain) if CHOICE.fullmatch(plain) else []
        self.files = value in FILES or name == "data"

    @property
    def spellings(self):
        return (["-" + self.letter] if self.letter else []) + (["--" + self.name] if self.name else [])


class Command:
    """A command of a program; of one that has none, the program itself, with the name ""."""

    def __init__(self, words, name, about):
        self.name, self.about = name, about
        said = help_of(*words, *name.split())
        self.files = bool(ARGUMENT_FILES.search(said.split("\n", 1)[0]))
        listed = said.split("Options:\n", 1)[1].split("\n\n", 1)[0]
        self.options = [Option(*(part or "" for part in OPTION.fullmatch(line).groups())) for line in listed.splitlines()]


def help_of(*words):
    return subprocess.run([*words, "--help"], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def commands_of(path):
    said = help_of(path)
    if "Commands:\n" not in said:
        return [Command([path], "", "")]
    listed = said.split("Commands:\n", 1)[1].split("\n\n", 1)[0]
    return [Command([path], *COMMAND.fullmatch(line).groups()) for line in listed.splitlines()]


def first_words(commands):
    """The words that come first, each with what is said of it, and the words that may follow it."""
    words = {}
    for command in commands:
        first, _, second = command.name.partition(" ")
        _, seconds = words.setdefault(first, (command.about, []))
        if second:
            seconds.append((second, command.about))
    return {first: (" or ".join(word for word, _ in seconds) or about, seconds) for first, (about, seconds) in words.items()}


def function_of(program):
    return "_" + program.replace("-", "_")


def bash(program, commands):
    firsts = first_words(commands)
    lines = [f"# Completion of {program} for bash; made by scripts/completions.py.", f"{function_of(program)}() {{",
             '    local current=$2 previous=$3 command="" words=""']
    if "" not in firsts:
        lines.append('    [ "$COMP_CWORD" -gt 1 ] && command=${COMP_WORDS[1]}')
        for first, (_, seconds) in firsts.items():
            if seconds:
                lines += [f'    if [ "$command" = {first} ] && [ "$COMP_CWORD" -gt 2 ]; then',
                          f'        command="{first} ${{COMP_WORDS[2]}}"', "    fi"]
    lines.append('    case $command:$previous in')
    for command in commands:
        for option in command.options:
            if option.value:
                spelled = " | ".join(f"'{command.name}:{word}'" for word in option.spellings)
                lines.append(f"    {spelled}) words=\"{' '.join(option.words)}\" ;;")
    lines += ["    *)", "        case $command in"]
    if "" not in firsts:
        lines.append(f"        '') words=\"{' '.join(firsts)} --help --version\" ;;")
        lines += [f"        {first}) words=\"{' '.join(word for word, _ in seconds)}\" ;;"
                  for first, (_, seconds) in firsts.items() if seconds]
    for command in commands:
        spelled = " ".join(word for option in command.options for word in option.spellings)
        lines.append(f"        '{command.name}') [[ $current != -* ]] || words=\"{spelled}\" ;;")
    lines += ["        esac", "        ;;", "    esac",
              '    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")', "}",
              f"complete -o bashdefault -o default -F {function_of(program)} {program}"]
    return lines


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_option(option):
    about = re.sub(r"([\[\]:])", r"\\\1", option.about)
    action = f"({' '.join(option.words)})" if option.words else "_files" if option.files else " "
    value = f":{option.value.replace('|', ' or ')}:{action}" if option.value else ""
    alone = f"({' '.join(option.spellings)})" if len(option.spellings) > 1 else ""
    for word in option.spellings:
        mark = ("=" if word.startswith("--") else "+") if option.value else ""
        yield quoted(f"{alone}{word}{mark}[{about}]{value}")


def zsh_arguments(command):
    specs = [spec for option in command.options for spec in zsh_option(option)]
    return ["_arguments -s", *specs] + (["'*:file:_files'"] if command.files else [])


def zsh(program, commands):
    firsts = first_words(commands)
    lines = [f"#compdef {program}", "# Made by scripts/completions.py.", f"{function_of(program)}() {{"]
    if "" in firsts:
        lines.append("    " + " \\\n        ".join(zsh_arguments(commands[0])))
    else:
        lines += ["    local -a known", "    local command=$words[2]", "    if (( CURRENT == 2 )); then", "        known=("]
        lines += ["            " + quoted(f"{first}:{about}") for first, (about, _) in firsts.items()]
        lines += ["        )", "        _describe command known", "        return", "    fi"]
        for first, (_, seconds) in firsts.items():
            if seconds:
                lines += [f"    if [[ $command == {first} ]]; then", "        if (( CURRENT == 3 )); then", "            known=("]
                lines += ["                " + quoted(f"{second}:{about}") for second, about in seconds]
                lines += ["            )", "            _describe command known", "            return", "        fi",
                          f'        command="{first} $words[3]"', "        shift words", "        (( CURRENT-- ))", "    fi"]
        lines += ["    shift words", "    (( CURRENT-- ))", "    case $command in"]
        for command in commands:
            lines += [f"    '{command.name}')", "        " + " \\\n            ".join(zsh_arguments(command)), "        ;;"]
        lines += ["    esac"]
    return lines + ["}", f'{function_of(program)} "$@"']


def fish(program, commands):
    firsts = first_words(commands)
    lines = [f"# Completion of {program} for fish; made by scripts/completions.py."]
    if "" not in firsts:
        for first, (about, seconds) in firsts.items():
            lines.append(f"complete -c {program} -f -n __fish_use_subcommand -a {first} -d {quoted(about)}")
            seen = f"__fish_seen_subcommand_from {first}; and not __fish_seen_subcommand_from " + " ".join(
                word for word, _ in seconds)
            lines += [f"complete -c {program} -f -n {quoted(seen)} -a {second} -d {quoted(what)}" for second, what in seconds]
    for command in commands:
        words = [f"__fish_seen_subcommand_from {word}" for word in command.name.split()]
        when = f" -n {quoted('; and '.join(words))}" if words else ""
        if not command.files:
            lines.append(f"complete -c {program} -f{when}")
        for option in command.options:
            spelled = (f" -s {option.letter}" if option.letter else "") + (f" -l {option.name}" if option.name else "")
            value = "" if not option.value else " -r -F" if option.files else " -x"
            words = f" -a {quoted(' '.join(option.words))}" if option.words else ""
            lines.append(f"complete -c {program}{when}{spelled}{value}{words} -d {quoted(option.about)}")
    return lines


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    commands_folder, folder = sys.argv[1:]
    for program in PROGRAMS:
        commands = commands_of(os.path.join(commands_folder, program))
        for shell, name in ((bash, program), (zsh, "_" + program), (fish, program + ".fish")):
            path = os.path.join(folder, shell.__name__, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(shell(program, commands)) + "\n")


main()
