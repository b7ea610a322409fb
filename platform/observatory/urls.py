"""The pages of the observatory, on the public host alone."""

from django.urls import path

from observatory.views import (
    comparing,
    data,
    group,
    indicators,
    overview,
    profiles,
    report,
    session,
)

app_name = "observatory"
_indicator = "indicateurs/<slug:code>/"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path(_indicator, indicators.indicator, name="indicator"),
    path(f"{_indicator}chiffres.csv", data.indicator_csv, name="indicator-csv"),
    path(f"{_indicator}chiffres.json", data.indicator_json, name="indicator-json"),
    path("departements/<slug:code>/", profiles.profile, name="profile"),
    path("comparer/", comparing.compare, name="compare"),
    path("rapport.pdf", report.report, name="report"),
    path("donnees/", data.releases_page, name="data"),
    path("donnees/manifeste.json", data.manifest, name="manifest"),
    path("connexion/", session.sign_in, name="sign-in"),
    path("connexion/verification/", session.verify, name="verify"),
    path("connexion/protection/", session.protect, name="protect"),
    path("deconnexion/", session.sign_out, name="sign-out"),
    path("rejoindre/<str:token>/", session.join, name="join"),
    path("membres/", group.members, name="members"),
    path("membres/<uuid:public_id>/", group.member_act, name="member-act"),
    path(f"{_indicator}commenter/", group.comment, name="comment"),
    path(f"{_indicator}convenir/", group.agree, name="agree"),
    path("commentaires/<uuid:public_id>/reprendre/", group.take_back, name="take-back"),
]
