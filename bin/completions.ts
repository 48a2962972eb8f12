import { defineCommand, PROGRAM, usageError } from '../terminal/command-line.ts';
import { sayPlain } from '../terminal/print.ts';

/** For each shell a script that asks the program itself, so that it never knows less than the program does. */
const SCRIPTS: Record<string, string> = {
  bash: `_positional_lake() {
  local line current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ':files' ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _positional_lake positional-lake plake`,
  zsh: `#compdef positional-lake plake
_positional_lake() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      _files
    else
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <($words[1] complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe 'positional-lake' found
}
compdef _positional_lake positional-lake plake`,
  fish: `function __positional_lake
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] complete -- $words[2..-1] $current 2>/dev/null)
    if test "$line" = ':files'
      __fish_complete_path $current
    else
      echo $line
    end
  end
end
complete -c positional-lake -f -a '(__positional_lake)'
complete -c plake -f -a '(__positional_lake)'`,
};

const SHELLS = Object.keys(SCRIPTS);

const COMMAND = {
  does: 'Prints the script with which a shell completes commands, flags and layouts.',
  usage: 'positional-lake completions SHELL',
  flags: {},
  notes: `SHELL is bash, zsh or fish.
bash: add to ~/.bashrc                  source <(${PROGRAM} completions bash)
zsh: add to ~/.zshrc, after compinit    source <(${PROGRAM} completions zsh)
fish: once                              ${PROGRAM} completions fish > ~/.config/fish/completions/${PROGRAM}.fish

Exit codes: 0 printed, 2 usage.`,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (_, [shell, ...others]) => {
  const script = shell === undefined || others.length > 0 ? undefined : SCRIPTS[shell];
  if (script === undefined) {
    const what =
      shell === undefined
        ? 'a shell is missing'
        : `there are no completions for '${[shell, ...others].join(' ')}'`;
    throw usageError(what, `Give ${SHELLS.join(', ')}`, `${PROGRAM} completions --help`);
  }
  sayPlain(script.split('\n'));
  return 0;
});
