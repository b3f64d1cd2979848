use clap::Args;
use clap_complete::Shell;

/// Print what a shell needs to complete this command
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright completions bash > ~/.local/share/bash-completion/completions/linkwright
  linkwright completions zsh > ~/.zfunc/_linkwright
      With `fpath+=~/.zfunc` before `compinit` in ~/.zshrc.
  linkwright completions fish > ~/.config/fish/completions/linkwright.fish
  linkwright completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}
