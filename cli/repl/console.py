"""A session that a person types into: statements and commands, one input after the other."""

from __future__ import annotations

import sys

from ...parser.analysis.origins import Origins
from ..run.session import Setting, open_session
from ..shell.failures import report
from ..shell.saying import complain
from .typed import asked_help, is_command, is_ending, unprompted


class Console:
    """A session, what is known of its graphs, and the inputs that ran to their end, in order.

    `start` is what has to be run before those for the same results; `debug` shows the tracebacks of errors.
    """

    def __init__(self, setting: Setting, start: str = "", debug: bool = False) -> None:
        self.origins = Origins()
        self.session = open_session(setting, observe=self.origins.observe)
        self.start = start
        self.debug = debug
        self.inputs: list[str] = []
        self.files: set[str] = set()
        self.count = 0

    def take(self, text: str) -> None:
        """Runs what was typed; what goes wrong is said, and the session goes on.

        EOFError: it asks for the end. OSError: the output cannot be written.
        """
        text = unprompted(text).rstrip()
        if is_ending(text) and text not in self.session.names:
            raise EOFError
        try:
            asked = None if "help" in self.session.names else asked_help(text)
            if asked is not None or is_command(text):
                from .commands import run_command

                run_command(self, asked or text.strip())
            elif text:
                self.session.run(text, self.next_name())
                self.inputs.append(text)
        except KeyboardInterrupt:
            # Below the ^C that the terminal shows.
            complain("\ninterrupted")
        except (EOFError, OSError):
            raise
        except Exception as error:
            report(error, self.debug)
        finally:
            sys.stdout.flush()

    def next_name(self) -> str:
        """What the next input is called in errors."""
        self.count += 1
        return f"<input {self.count}>"
