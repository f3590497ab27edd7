"""Reading YAML that others wrote: data only, small, flat enough, and nothing said twice.

PyYAML's safe loader still takes seconds on a few hundred bytes of merge keys and lets a repeated key
overwrite silently, so anchors, merge keys, tags, repeats, depth and size are refused first.
"""

from __future__ import annotations

from typing import Any

import yaml

from equity_audit.errors import UsageError

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 50


def read_yaml(content: bytes, name: str, *, shipped: bool = False) -> Any:
    """The value of a YAML document; ``name`` is how messages call the file. Raises UsageError.

    ``shipped`` files are our own: they are read by the fast loader without the slow scan.
    """
    if shipped:
        return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    if len(content) > MAXIMUM_BYTES:
        raise UsageError(
            f"{name} is larger than {MAXIMUM_BYTES:,} bytes; a file of settings or rules is never that large."
        )
    try:
        text = content.decode("utf-8-sig")
        _refuse_unsafe(text, name)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader that also refuses repeated keys
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text. Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"{name}{line}: not readable as YAML. Check the indentation and the quotes.") from None
    except (ValueError, RecursionError):
        # A date such as 2024-99-99 is refused by the constructor with the value in its message.
        raise UsageError(
            f"{name}: holds a value that YAML cannot read, such as an impossible date. Quote it."
        ) from None


def _refuse_unsafe(text: str, name: str) -> None:
    # The pure Python scanner, event by event: the C one crashes on very deep nesting.
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
            raise UsageError(
                f"{name}, line {token.start_mark.line + 1}: anchors, aliases and tags are not allowed here."
            )
        if isinstance(
            token,
            yaml.BlockMappingStartToken
            | yaml.BlockSequenceStartToken
            | yaml.FlowMappingStartToken
            | yaml.FlowSequenceStartToken,
        ):
            depth += 1
            if depth > MAXIMUM_DEPTH:
                raise UsageError(f"{name}, line {token.start_mark.line + 1}: nested more than {MAXIMUM_DEPTH} deep.")
        elif isinstance(token, yaml.BlockEndToken | yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken):
            depth -= 1


class _Loader(yaml.SafeLoader):
    """Safe loading that refuses a key said twice and merge keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, (key_node, _) in zip(keys, node.value, strict=True):
            if not isinstance(key, str | int | float | bool) or keys.count(key) > 1 or key == "<<":
                raise yaml.constructor.ConstructorError(None, None, "key repeated or not plain", key_node.start_mark)
        return super().construct_mapping(node, deep)
