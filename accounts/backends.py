"""Password sign-in that knows roles instead of permission rows."""

from django.contrib.auth.backends import ModelBackend


class RoleBackend(ModelBackend):
    """Checks the password; what a person may do is answered by `User.has_perm`."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if password is not None and len(password) > 4096:
            return None  # hashing a megabyte costs half a second of a core
        email = username if username is not None else kwargs.get("email")
        return super().authenticate(request, username=email and email.strip().lower(), password=password)

    def has_perm(self, user_obj, perm, obj=None) -> bool:
        return user_obj.has_perm(perm, obj)
